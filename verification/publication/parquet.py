"""The incidents as Parquet, for analysts. An optional extra: its writer is larger than the site.

Columns keep their types, so nothing is guessed on reading. Written in groups of rows to a temporary
file, so that a decade needs no more memory than a day.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from itertools import islice
from typing import IO, Any

from verification.publication.exports import Exported

GROUP = 5_000  # rows


def is_there() -> bool:
    """Answer whether this site has the extra (requirements/extra-parquet.lock)."""
    return find_spec("pyarrow") is not None


def parquet_file(rows: Iterable[Exported], about: Mapping[str, Any]) -> IO[bytes]:
    """Return a file of the rows, with where they come from in its metadata."""
    import pyarrow
    from pyarrow import parquet

    text, number, whole = pyarrow.string(), pyarrow.float64(), pyarrow.int64()
    moment, many = pyarrow.timestamp("us", tz="UTC"), pyarrow.list_(pyarrow.string())
    kinds = {
        **dict.fromkeys(("code", "act", "act_name", "precision", "place", "shape"), text),
        **dict.fromkeys(("outcome", "severity", "finding"), text),
        **dict.fromkeys(("begins", "ends", "published_at"), moment),
        **dict.fromkeys(("lat", "lon"), number),
        **dict.fromkeys(
            ("precision_m", "killed_least", "killed_most", "reports", "origins"), whole
        ),
        **dict.fromkeys(("accused", "attributed"), many),
    }
    fields = [pyarrow.field(name, kind) for name, kind in kinds.items()]
    schema = pyarrow.schema(fields, metadata={"about": json.dumps(dict(about))})
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it once it is sent
    left = iter(rows)
    with parquet.ParquetWriter(file, schema) as writer:
        while group := list(islice(left, GROUP)):
            cells = [_cells(one) for one in group]
            writer.write_table(pyarrow.Table.from_pylist(cells, schema=schema))
    file.seek(0)
    return file


def _cells(one: Exported) -> dict[str, Any]:
    least, most = one.killed or (None, None)
    said = {name: getattr(one, name) for name in SAME}
    return {**said, "killed_least": least, "killed_most": most}


SAME = (
    *("code", "act", "act_name", "begins", "ends", "precision", "place", "lat", "lon"),
    *("precision_m", "accused", "attributed", "shape", "outcome", "severity", "finding"),
    *("published_at", "reports", "origins"),
)
