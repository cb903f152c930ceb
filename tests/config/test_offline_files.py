"""What a phone keeps for the map is there, and light enough to be kept."""

from pathlib import Path

from django.contrib.staticfiles import finders

from config.offline_files import MAP_FILES

MOST_KB = 300  # as they lie; under a third of it once compressed


def test_every_file_of_the_map_is_there_and_they_are_light_together() -> None:
    found = [finders.find(name) for name in MAP_FILES]
    assert all(found), dict(zip(MAP_FILES, found, strict=True))
    assert sum(Path(str(path)).stat().st_size for path in found) < MOST_KB * 1000
