"""The public answers of the interface: every field named, every instant RFC 3339 in UTC."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers as s


class PartyOut(s.Serializer[Any]):
    """A party; nothing in it says anything of rank."""

    code = s.CharField()
    name = s.CharField()


class PlaceOut(s.Serializer[Any]):
    """A named place with every official spelling."""

    key = s.CharField()
    name = s.CharField(source="label")
    other_names = s.ListField(child=s.CharField(), source="names")


class IncidentOut(s.Serializer[Any]):
    """An incident in a list. `ring` outlines an area where only an observer gave the place."""

    code = s.CharField()
    act = s.CharField()
    state = s.CharField()
    category = s.CharField()
    shape = s.CharField()
    window_from = s.DateTimeField()
    window_until = s.DateTimeField()
    precision = s.CharField()
    place = PlaceOut(allow_null=True)
    lat = s.FloatField(allow_null=True)
    lon = s.FloatField(allow_null=True)
    radius_m = s.FloatField(allow_null=True)
    ring = s.ListField(child=s.ListField(child=s.FloatField()))
    accused = PartyOut(many=True)
    admissibility = s.CharField()
    reports = s.IntegerField(source="n_reports")
    public_reports = s.IntegerField(source="n_public")
    independent_origins = s.IntegerField(source="n_origins")
    finding = s.CharField(source="finding_code")
    outcome = s.CharField()
    attributed = PartyOut(many=True)
    severity = s.CharField()


class FindingOut(s.Serializer[Any]):
    """A finding in a list."""

    code = s.CharField()
    incident = s.CharField()
    version = s.IntegerField()
    outcome = s.CharField()
    published_at = s.DateTimeField()


class FindingWholeOut(FindingOut):
    """A finding with its published record, exactly as it was published."""

    content = s.DictField()


class WithIncidentOut(s.Serializer[Any]):
    """What was brought along with a finding."""

    incident = IncidentOut(allow_null=True, help_text="null while it is not public")


class WithFindingOut(s.Serializer[Any]):
    """What was brought along with an incident."""

    finding = FindingWholeOut(allow_null=True, help_text="null where there is none")


class ListedFindingOut(FindingOut):
    """A finding in a list, with what `expand` asked for."""

    expanded = WithIncidentOut(required=False)


class ListedIncidentOut(IncidentOut):
    """An incident in a list, with what `expand` asked for."""

    expanded = WithFindingOut(required=False)


class HistoryOut(s.Serializer[Any]):
    """That something was done, and when; never by whom."""

    at = s.DateTimeField()
    kind = s.CharField()


class ClockOut(s.Serializer[Any]):
    """A step that was due: `done_at` null while it is waited for; `party` only for a reply."""

    step = s.CharField()
    party = s.CharField()
    since = s.DateTimeField()
    due_at = s.DateTimeField()
    done_at = s.DateTimeField(allow_null=True)


class IncidentWholeOut(IncidentOut):
    """One incident with what was said in public, the parties' answers and its public history."""

    reasons = s.ListField(child=s.DictField(), help_text="tests of admissibility")
    ruling = s.CharField()
    statements = s.ListField(child=s.DictField())
    positions = s.ListField(child=s.DictField())
    history = HistoryOut(many=True)
    deadlines = ClockOut(many=True, source="clocks")


class StandingOut(s.Serializer[Any]):
    """One party's record. `expected` is null while it is withheld; there is no interval yet."""

    party = s.CharField()
    name = s.CharField()
    decided = s.IntegerField()
    by_severity = s.DictField(child=s.IntegerField())
    expected = s.IntegerField(allow_null=True)
    bound_low = s.IntegerField()
    bound_high = s.IntegerField()
    open_against = s.IntegerField()
    admitted = s.IntegerField()
    denied = s.IntegerField()
    silent = s.IntegerField()
    coverage_hours = s.FloatField()
    period_hours = s.FloatField()
    as_of = s.DateTimeField()
    refusal = s.CharField(help_text="why no comparison is supported; '' if one is")


class ClassOut(s.Serializer[Any]):
    """One class of the partition of all reports received."""

    key = s.CharField()
    count = s.IntegerField()


class RecommendedOut(s.Serializer[Any]):
    """Facts of one party's recommendations: issued = the others added up. They enter no rate."""

    issued = s.IntegerField()
    awaited = s.IntegerField()
    overdue = s.IntegerField()
    to_check = s.IntegerField()
    complied = s.IntegerField()
    not_complied = s.IntegerField()
    withdrawn = s.IntegerField()


class TotalsOut(s.Serializer[Any]):
    """opened = decided + undecided + inadmissible + merged."""

    opened = s.IntegerField()
    decided = s.IntegerField()
    undecided = s.IntegerField()
    inadmissible = s.IntegerField()
    merged = s.IntegerField()
    outside = s.IntegerField()


class StandingsOut(s.Serializer[Any]):
    """All records of an agreement, with the sums they have to agree with."""

    as_of = s.DateTimeField()
    agreement = s.CharField(source="agreement.slug")
    in_force_from = s.DateTimeField(allow_null=True)
    in_force_until = s.DateTimeField(allow_null=True)
    standings = StandingOut(many=True, source="lines")
    received = s.IntegerField()
    partition = ClassOut(many=True)
    incidents = TotalsOut(source="totals")
    recommendations = s.DictField(child=RecommendedOut(), source="recommended")
    comparison = s.CharField(source="refusal", help_text="why none is supported, in words")
