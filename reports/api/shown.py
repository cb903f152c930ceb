"""What the API shows of the terms and the lists: an allow-list, field by field."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from reports.api.bodies import Instant


class PartyShown(serializers.Serializer[Any]):
    """A party to an agreement."""

    code = serializers.CharField()
    names = serializers.DictField(child=serializers.CharField())
    signatory = serializers.BooleanField()


class ClauseShown(serializers.Serializer[Any]):
    """A duty, and the acts it prohibits."""

    code = serializers.CharField()
    titles = serializers.DictField(child=serializers.CharField())
    summaries = serializers.DictField(child=serializers.CharField())
    severity = serializers.CharField()
    prohibits = serializers.ListField(child=serializers.CharField())
    zone = serializers.JSONField(
        allow_null=True, help_text="GeoJSON polygon the clause speaks of; null: all of the area."
    )


class ClauseLine(ClauseShown):
    """A duty with the version of the text it stands in."""

    id = serializers.CharField(help_text="version and code")
    version = serializers.IntegerField()


class VersionShown(serializers.Serializer[Any]):
    """A text in force for a half-open period."""

    number = serializers.IntegerField()
    in_force_from = Instant()
    in_force_until = Instant(allow_null=True)
    source_url = serializers.CharField()
    clauses = ClauseShown(many=True)


class AgreementLine(serializers.Serializer[Any]):
    """An agreement, in short."""

    slug = serializers.CharField()
    titles = serializers.DictField(child=serializers.CharField())
    timezone = serializers.CharField()


class AgreementShown(AgreementLine):
    """An agreement with its parties and clauses."""

    area = serializers.JSONField()
    parties = PartyShown(many=True)
    versions = VersionShown(many=True)


class ActShown(serializers.Serializer[Any]):
    """A kind of act, with the codes other systems use for it."""

    code = serializers.CharField()
    names = serializers.DictField(child=serializers.CharField())
    definition = serializers.CharField()
    severity = serializers.CharField()
    codes = serializers.JSONField()


class PlaceShown(serializers.Serializer[Any]):
    """A place a name may mean."""

    id = serializers.UUIDField()
    label = serializers.CharField()  # type: ignore[assignment] # as the page's search names it
    detail = serializers.CharField()
    near = serializers.CharField()
    names = serializers.ListField(child=serializers.CharField())
    lat = serializers.FloatField()
    lon = serializers.FloatField()
    radius_m = serializers.IntegerField()


class SpeakerShown(serializers.Serializer[Any]):
    """Somebody a report may quote."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.CharField()
