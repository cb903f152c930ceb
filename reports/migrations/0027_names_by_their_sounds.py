"""Each spelling of a place's name gets its bare sounds, and is folded anew without apostrophes."""

from __future__ import annotations

from typing import Any

import django.contrib.postgres.indexes
from django.db import migrations, models

from reports.places.folding import bones, folded


def fold_anew(apps: Any, _schema: Any) -> None:
    """Fold every name that is there; a gazetteer is tens of thousands of rows at most."""
    names = apps.get_model("reports", "PlaceName")
    batch = []
    for name in names.objects.only("text").iterator():
        name.folded = folded(name.text)
        name.bones = bones(name.folded)
        batch.append(name)
    names.objects.bulk_update(batch, ["folded", "bones"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("reports", "0026_uploads")]

    operations = [
        migrations.AddField(
            model_name="placename",
            name="bones",
            field=models.CharField(default="", max_length=160),
        ),
        migrations.RunPython(fold_anew, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="placename",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["bones"], name="place_name_bones_trgm", opclasses=["gin_trgm_ops"]
            ),
        ),
    ]
