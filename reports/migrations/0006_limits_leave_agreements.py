from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0005_limits_are_copied'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='agreement',
            name='ballot_hours',
        ),
        migrations.RemoveField(
            model_name='agreement',
            name='reply_hours',
        ),
    ]
