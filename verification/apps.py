from django.apps import AppConfig


class VerificationConfig(AppConfig):
    name = "verification"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "The judgement"

    def ready(self) -> None:
        """Tell the journal what happens next: it lies below and cannot ask."""
        from reports.journal.handlers import install
        from verification.flow import FLOW

        install(FLOW)
