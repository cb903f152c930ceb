from django.db import migrations


def copy_to_versions(apps, schema_editor):
    Version = apps.get_model("reports", "AgreementVersion")
    for version in Version.objects.select_related("agreement"):
        version.reply_hours = version.agreement.reply_hours
        version.ballot_hours = version.agreement.ballot_hours
        version.save(update_fields=["reply_hours", "ballot_hours"])


def copy_to_agreements(apps, schema_editor):
    Version = apps.get_model("reports", "AgreementVersion")
    for version in Version.objects.select_related("agreement").order_by("number"):
        version.agreement.reply_hours = version.reply_hours
        version.agreement.ballot_hours = version.ballot_hours
        version.agreement.save(update_fields=["reply_hours", "ballot_hours"])


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0004_limits_by_version'),
    ]

    operations = [migrations.RunPython(copy_to_versions, copy_to_agreements)]
