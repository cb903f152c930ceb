"""Rows of the log. Leaves, tiles and signed trees are never changed; openings can be destroyed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from reports.identity import new_key
from reports.journal.models import append_only


class LogState(models.Model):
    """The log's one row: its name, its key once known, and the right edge of its tree."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    origin = models.CharField(max_length=200)
    verifier = models.CharField(max_length=300, blank=True)  # public key, from the first signature
    receipts = models.CharField(max_length=300, blank=True)  # that of receipts, likewise
    size = models.BigIntegerField(default=0)
    peaks = models.BinaryField(default=bytes)  # roots of the complete subtrees, in a row
    # {table: [[column, ...], ...]}: which columns a table's digests were taken over, ever
    forms = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="log_is_one")]

    def __str__(self) -> str:
        return self.origin


class Leaf(models.Model):
    """One leaf: `id` is its index. Decoys have no event, and nobody outside can tell."""

    id = models.BigIntegerField(primary_key=True)
    event = models.ForeignKey("reports.Event", null=True, on_delete=models.PROTECT)
    body = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event"], name="event_is_logged_once"),
            models.CheckConstraint(condition=Q(id__gte=0), name="leaf_has_an_index"),
        ]
        triggers = append_only("leaf")

    def __str__(self) -> str:
        return str(self.pk)


class LeafKey(models.Model):
    """The key under which all openings about one record are sealed; gone after an erasure."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    subject_id = models.UUIDField()
    secret = models.BinaryField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_id"], name="record_has_one_leaf_key"),
            models.CheckConstraint(
                condition=Q(secret=None, destroyed_at__isnull=False)
                | Q(secret__isnull=False, destroyed_at=None),
                name="leaf_key_is_there_or_destroyed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.subject_id)


class Opening(models.Model):
    """The salts and values of one leaf, sealed."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    leaf = models.OneToOneField(Leaf, on_delete=models.PROTECT, related_name="opening")
    key = models.ForeignKey(LeafKey, on_delete=models.PROTECT, related_name="openings")
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"opening of {self.leaf_id}"


class TileRoot(models.Model):
    """The root over a full tile, from which the tiles of the next level are made."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    root = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "number"], name="tile_has_one_root")
        ]
        triggers = append_only("tile_root")

    def __str__(self) -> str:
        return f"{self.level}/{self.number}"


class SignedTree(models.Model):
    """A checkpoint as it was signed; what lies below its size is published."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    size = models.BigIntegerField()
    root = models.BinaryField()
    peaks = models.BinaryField()
    note = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["size"], name="size_is_signed_once"),
        ]
        triggers = append_only("signed_tree")

    def __str__(self) -> str:
        return str(self.size)


class Cosignature(models.Model):
    """A witness's line under a checkpoint: it saw it, and never saw the log shrink or fork."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    tree = models.ForeignKey(SignedTree, on_delete=models.PROTECT, related_name="cosignatures")
    witness = models.CharField(max_length=200)
    line = models.CharField(max_length=500)
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tree", "witness"], name="witness_cosigns_a_checkpoint_once"
            )
        ]
        triggers = append_only("cosignature")

    def __str__(self) -> str:
        return f"{self.witness} on {self.tree_id}"
