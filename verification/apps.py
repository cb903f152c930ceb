from django.apps import AppConfig


class VerificationConfig(AppConfig):
    name = "verification"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "The judgement"

    def ready(self) -> None:
        """Tell the journal what happens next, and the log what it vouches for: both lie below."""
        from reports.journal.handlers import install
        from verification.bulletins import logged as bulletins
        from verification.flow import FLOW
        from verification.ledger.rows import install as install_rows
        from verification.publication.logged import CLEAR, FIXED, ROWS

        install(FLOW)
        install_rows({**ROWS, **bulletins.ROWS}, {**CLEAR, **bulletins.CLEAR}, FIXED)
