from django.db import migrations


class Migration(migrations.Migration):
    """What was done before there was a log enters it too; the empty reverse drops nothing."""

    dependencies = [("reports", "0009_the_log_s_doorstep")]

    operations = [
        migrations.RunSQL(
            "INSERT INTO reports_unlogged (event_id) SELECT id FROM reports_event"
            " ON CONFLICT DO NOTHING",
            migrations.RunSQL.noop,
        )
    ]
