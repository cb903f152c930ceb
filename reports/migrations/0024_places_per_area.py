"""How many named inhabited places an area holds that a place is shown as in public."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("reports", "0023_originals_are_read_again")]

    operations = [
        migrations.AddField(
            model_name="agreement",
            name="places_per_area",
            field=models.PositiveSmallIntegerField(default=3),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=Q(places_per_area__gte=2), name="agreement_area_holds_two_or_more"
            ),
        ),
    ]
