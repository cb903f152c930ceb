"""Bodies the API reads and writes: plain shapes, strict in type, deaf to unknown fields."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request

from reports.intake.origins import KEY_MOST

UNKNOWN_FIELD = "unknown-field"  # its problem is a 400: the client speaks another version


class Strict(serializers.Serializer[Any]):
    """A body in which every name is known."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the read body; name every field that is not known."""
        if isinstance(data, Mapping):
            words = _("This field is not known here.")
            unknown = sorted(str(name) for name in set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError(
                    {name: [ErrorDetail(str(words), code=UNKNOWN_FIELD)] for name in unknown}
                )
        return super().to_internal_value(data)


class StrictInSchema(OpenApiSerializerExtension):
    """How the document says that every name is known."""

    target_class = Strict
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """Return the schema, closed."""
        made: dict[str, Any] = auto_schema._map_serializer(
            self.target, direction, bypass_extensions=True
        )
        return {**made, "additionalProperties": False}


class NothingBody(Strict):
    """No field at all."""


def read_body(form: type[Strict], request: Request) -> dict[str, Any]:
    """Return what a body says, read by its form; a problem names what cannot be read."""
    body = form(data=request.data)
    body.is_valid(raise_exception=True)
    read: dict[str, Any] = body.validated_data
    return read


class Text(serializers.CharField):
    """A JSON string, and nothing that could be made into one."""

    def to_internal_value(self, data: Any) -> str:
        """Return the string."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Number(serializers.FloatField):
    """A JSON number."""

    def to_internal_value(self, data: Any) -> float:
        """Return the number."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return float(super().to_internal_value(data))


class Whole(serializers.IntegerField):
    """A JSON number without a fraction."""

    def to_internal_value(self, data: Any) -> int:
        """Return the whole number."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Flag(serializers.BooleanField):
    """A JSON true or false."""

    def to_internal_value(self, data: Any) -> bool:
        """Return which of the two."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Key(serializers.UUIDField):
    """A UUID, written as a string."""

    def to_internal_value(self, data: Any) -> uuid.UUID:
        """Return the UUID."""
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return uuid.UUID(str(super().to_internal_value(data)))


@extend_schema_field(OpenApiTypes.DATETIME)
class Instant(serializers.Field[Any, Any, Any, Any]):
    """An instant in ISO 8601 with its offset from UTC."""

    default_error_messages = {
        "invalid": _("Write an instant with its offset from UTC, such as 2020-10-11T02:00+04:00.")
    }

    def to_internal_value(self, data: Any) -> datetime:
        """Return the instant in UTC."""
        try:
            read = parse_datetime(data) if isinstance(data, str) else None
            if read is not None and read.tzinfo is not None:
                return read.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        self.fail("invalid")

    def to_representation(self, value: datetime) -> str:
        """Return the instant as text."""
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


@extend_schema_field(OpenApiTypes.DATE)
class Day(serializers.Field[Any, Any, Any, Any]):
    """A date as year-month-day."""

    default_error_messages = {"invalid": _("Write a date as year-month-day, such as 2020-10-11.")}

    def to_internal_value(self, data: Any) -> date:
        """Return the date."""
        try:
            read = parse_date(data) if isinstance(data, str) else None
        except ValueError:
            read = None
        if read is None:
            self.fail("invalid")
        return read

    def to_representation(self, value: date) -> str:
        """Return the date as text."""
        return value.isoformat()


def _text(**options: Any) -> Text:
    return Text(required=False, allow_blank=True, default="", trim_whitespace=False, **options)


class LocationBody(Strict):
    """Where: one of five forms, named by `kind`. Degrees, metres, degrees from north."""

    kind = Text(max_length=40, help_text="place, point, bearing, between or named")
    place = Key(required=False, allow_null=True, default=None, help_text="id from /places")
    typed = _text()
    accuracy = _text(max_length=40)
    lat = Number(required=False, allow_null=True, default=None)
    lon = Number(required=False, allow_null=True, default=None)
    accuracy_m = Number(required=False, allow_null=True, default=None)
    range_m = Number(required=False, allow_null=True, default=None)
    bearing_deg = Number(required=False, allow_null=True, default=None)
    range_error_m = Number(required=False, allow_null=True, default=None)
    bearing_error_deg = Number(required=False, allow_null=True, default=None)
    other_place = Key(
        required=False, allow_null=True, default=None, help_text="the other end of “between”"
    )


class AccusedBody(Strict):
    """Who is accused: a party by its code, somebody else, not known, or nobody."""

    kind = Text(max_length=40)
    party = _text(max_length=12)


class ObservationBody(Strict):
    """What was counted, and how exactly."""

    unit = _text(max_length=40)
    count = Whole(required=False, allow_null=True, default=None)
    qualifier = Text(required=False, default="exactly", max_length=40)


class TollBody(Strict):
    """Persons harmed, as the source says it."""

    harm = Text(max_length=40)
    category = Text(max_length=40)
    least = Whole(required=False, allow_null=True, default=None)
    best = Whole(required=False, allow_null=True, default=None)
    most = Whole(required=False, allow_null=True, default=None)


class OriginBody(Strict):
    """Where the statement first came from. A speaker's same key, or same link, is one origin."""

    kind = Text(max_length=40)
    speaker = Key(required=False, allow_null=True, default=None, help_text="id from /speakers")
    key = _text(max_length=KEY_MOST)
    url = _text()
    publisher = _text()
    published_on = Day(required=False, allow_null=True, default=None)


class ReportBody(Strict):
    """One source's statement about one event. `id` is the client's own: sending twice is safe."""

    id = Key()
    agreement = Text(max_length=40)
    act = Text(max_length=40)
    stance = Text(max_length=40)
    means = _text(max_length=40)
    observed_from = Instant()
    observed_until = Instant()
    time_precision = Text(max_length=40)
    location = LocationBody()
    accused = AccusedBody()
    effect = Text(required=False, default="unknown", max_length=40)
    weapon = _text()
    observation = ObservationBody(required=False)
    tolls = TollBody(many=True, required=False)
    narrative = Text(trim_whitespace=False)
    language = Text(required=False, default="en", max_length=8)
    origin = OriginBody(required=False)
    own_confidence = _text(max_length=40)
    supersedes = _text(max_length=16)


class ReportShown(ReportBody):
    """A report as its author reads it back."""

    receipt = Text()
    state = Text()
    state_reason = Text()
    received_at = Instant()
    radius_m = Number(allow_null=True, help_text="of the circle in which the event lies")
    sha256 = Text()


class ReportWhole(ReportShown):
    """A report with its signed receipt."""

    signed_receipt = Text(
        help_text="a signed note; keep it. Empty while the signer is silent: read the report again"
    )


class ErrorShown(serializers.Serializer[Any]):
    """One wrong answer: where (RFC 6901) and what to do."""

    pointer = serializers.CharField()
    detail = serializers.CharField()


class ProblemShown(serializers.Serializer[Any]):
    """A refusal (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField(required=False)
    errors = ErrorShown(many=True, required=False)  # type: ignore[assignment] # RFC 9457's own name
