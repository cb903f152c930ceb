from django.apps import AppConfig


class VerificationConfig(AppConfig):
    name = "verification"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "The judgement"

    def ready(self) -> None:
        """Tell the journal what happens next, the log what it vouches for, filing who signs."""
        from reports.intake.receipts import install as install_receipts
        from reports.journal.handlers import install
        from verification.bulletins import logged as bulletins
        from verification.flow import FLOW
        from verification.ledger.rows import install as install_rows
        from verification.publication.logged import CLEAR, FIXED, ROWS
        from verification.publication.proofs import receipt_note

        install(FLOW)
        install_rows({**ROWS, **bulletins.ROWS}, {**CLEAR, **bulletins.CLEAR}, FIXED)
        install_receipts(receipt_note)
