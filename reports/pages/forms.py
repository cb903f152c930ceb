"""Forms of the record's pages: they read what was typed; rules of intake judge it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms
from django.conf import settings
from django.forms.utils import ErrorDict
from django.utils.translation import gettext_lazy as _

from reports.agreement.queries import ActKind, Party
from reports.intake import choices
from reports.intake.rules import LINK_MOST, TEXT_MOST
from reports.intake.states import ReportState
from reports.pages.boxes import (
    ChoiceNeeded,
    ClockField,
    ClockNeeded,
    DayField,
    DayInput,
    DayNeeded,
    NumberField,
    RangeField,
    TextNeeded,
    WholeNumberField,
)
from reports.pages.offers import LIKELIHOODS, PART_NAMES, place_options, speaker_groups
from reports.people.queries import SourceChoice
from reports.places.queries import PlaceChoice

MISSING = forms.Field.default_error_messages["required"]
RANGES = [
    (f"{harm}_{category}", harm, category)
    for harm in choices.TollHarm.values
    for category in choices.TollCategory.values
]


def _radios(**attrs: str) -> forms.RadioSelect:
    return forms.RadioSelect(attrs=attrs)


def _short() -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off"})


class ReportForm(forms.Form):
    """One report: what, when, where, who, how it is known, harm, in words."""

    use_required_attribute = False

    client_uuid = forms.UUIDField(widget=forms.HiddenInput)
    act = forms.ChoiceField(
        label=_("What happened"), error_messages={"required": _("Choose what happened.")}
    )
    stance = forms.ChoiceField(
        label=_("What the source does"), choices=choices.Stance.choices, widget=_radios()
    )
    means = ChoiceNeeded(
        label=_("How it was noticed"),
        choices=choices.Means.choices,
        widget=_radios(**{"class": "two"}),
    )

    day = DayField(label=_("Date"), error_messages={"required": _("Give the date.")})
    time_precision = forms.ChoiceField(
        label=_("How exactly the time is known"),
        choices=choices.TimePrecision.choices,
        widget=_radios(**{"class": "two"}),
    )
    time_from = ClockNeeded(label=_("Time, or when it began"))
    time_until = ClockField(
        label=_("When it ended"), required=False, help_text=_("Only if it lasted.")
    )
    part = ChoiceNeeded(label=_("Part of the day"), choices=PART_NAMES, widget=_radios())
    day_until = DayNeeded(
        label=_("Last date"),
        help_text=_("The last of several days, or the date it ended if that was another."),
    )

    location_kind = forms.ChoiceField(
        label=_("How you can say where"), choices=choices.LocationKind.choices, widget=_radios()
    )
    place_typed = TextNeeded(
        label=_("Name of the place"),
        max_length=TEXT_MOST,
        widget=forms.TextInput(attrs={"data-place-text": "", "autocomplete": "off"}),
    )
    place = ChoiceNeeded(label=_("Which of these"), widget=_radios())
    other_typed = TextNeeded(
        label=_("Name of the other place"),
        max_length=TEXT_MOST,
        widget=forms.TextInput(attrs={"data-place-text": "", "autocomplete": "off"}),
    )
    other_place = ChoiceNeeded(label=_("Which of these"), widget=_radios())
    place_accuracy = forms.ChoiceField(
        label=_("How closely the name fits"),
        choices=[("", _("Rather not say")), *choices.PlaceAccuracy.choices],
        required=False,
    )
    lat = NumberField(label=_("Latitude"), help_text=_("For example 40.6816"))
    lon = NumberField(label=_("Longitude"), help_text=_("For example 46.3613"))
    accuracy_m = NumberField(
        label=_("Exact to how many metres"), help_text=_("100 is a street block, 1000 a village.")
    )
    range_m = NumberField(label=_("Distance to the event, in metres"))
    bearing_deg = NumberField(
        label=_("Bearing, in degrees"), help_text=_("From north, clockwise: east is 90.")
    )
    range_error_m = NumberField(
        label=_("The distance may be wrong by (metres)"),
        help_text=_("Empty: a fifth of the distance."),
        required=False,
    )
    bearing_error_deg = NumberField(
        label=_("The bearing may be wrong by (degrees)"),
        help_text=_("Empty: 10 degrees."),
        required=False,
    )

    accused = forms.ChoiceField(label=_("Who is said to have done it"), widget=_radios())
    origin_kind = forms.ChoiceField(
        label=_("Where this comes from"), choices=choices.OriginKind.choices, widget=_radios()
    )
    speaker = ChoiceNeeded(
        label=_("Who said it first"),
        help_text=_("The speaker, not the paper or channel that carried the words."),
    )
    publisher = forms.CharField(
        label=_("Who published it"), max_length=TEXT_MOST, required=False, widget=_short()
    )
    source_url = forms.CharField(
        label=_("Link"),
        max_length=LINK_MOST,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )
    published_on = DayNeeded(label=_("Published on"), required=False, widget=DayInput())
    own_confidence = forms.ChoiceField(
        label=_("How likely do you think it is that it happened as described"),
        choices=LIKELIHOODS,
        required=False,
    )

    effect = forms.ChoiceField(
        label=_("Seen from the place"),
        choices=choices.Effect.choices,
        widget=_radios(**{"class": "across"}),
    )
    weapon = forms.CharField(
        label=_("Weapon, if known"), max_length=TEXT_MOST, required=False, widget=_short()
    )
    count_qualifier = forms.ChoiceField(
        label=_("How exact"), choices=choices.CountQualifier.choices
    )
    observation_count = WholeNumberField(label=_("How many"), required=False)
    observation_unit = forms.ChoiceField(
        label=_("Of what"),
        choices=[("", _("Nothing was counted")), *choices.ObservationUnit.choices],
        required=False,
    )

    narrative = forms.CharField(
        label=_("What happened, in your words"),
        error_messages={
            "required": _("Say in a sentence what happened and how it is known."),
        },
        widget=forms.Textarea(attrs={"rows": 7, "dir": "auto"}),
        help_text=_(
            "What happened, in which order, and how you know. Leave out names of private persons."
        ),
    )
    language = forms.ChoiceField(
        label=_("Language of these words"), choices=settings.LANGUAGES, required=False
    )

    def __init__(
        self,
        *args: Any,
        acts: Iterable[ActKind],
        parties: Iterable[Party],
        sources: Iterable[SourceChoice],
        places: Iterable[PlaceChoice],
        other_places: Iterable[PlaceChoice] = (),
        judged: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.judged = judged
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField) and field.error_messages["required"] == MISSING:
                field.error_messages["required"] = _("Choose one of the answers.")
        known = [(act.code, act.name) for act in acts]
        _choice_field(self, "act").choices = [("", _("Choose one")), *known]
        _choice_field(self, "accused").choices = [
            *((f"party:{party.code}", party.name) for party in parties),
            *((value, words) for value, words in choices.AccusedKind.choices if value != "party"),
        ]
        _choice_field(self, "speaker").choices = speaker_groups(sources)
        for name, offered in (("place", places), ("other_place", other_places)):
            _choice_field(self, name).choices = place_options(offered)
        for name, harm, category in RANGES:
            label = choices.TollCategory(category).label
            self.fields[name] = RangeField(label=label)
            self.fields[name].widget.attrs["aria-label"] = choices.TollHarm(harm).label

    def full_clean(self) -> None:
        """Read what was typed; while places are still looked for, find no fault with it."""
        super().full_clean()
        if not self.judged:
            self._errors = ErrorDict()

    def has_candidates(self, name: str = "place") -> bool:
        """Answer whether there is a place to choose."""
        return bool(_choice_field(self, name).choices)

    def typed(self, name: str) -> Any:
        """Return what a field was read as, or None where it could not be read."""
        return self.cleaned_data.get(name)

    def toll_fields(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the figures of harm to persons, by harm."""
        return [
            (
                str(choices.TollHarm(harm).label),
                [self[name] for name, of, _category in RANGES if of == harm],
            )
            for harm in choices.TollHarm.values
        ]

    def harm_was_typed(self) -> bool:
        """Answer whether any figure of harm, effect or count holds something already."""
        names = [name for name, _harm, _category in RANGES]
        return any(self[name].errors or any(self[name].value() or ()) for name in names)


class OwnListForm(forms.Form):
    """The filter of one's own list."""

    state = ChoiceNeeded(label=_("State"), choices=[("", _("All")), *ReportState.choices])


def _choice_field(form: forms.Form, name: str) -> forms.ChoiceField:
    return cast(forms.ChoiceField, form.fields[name])


MEANS = (
    ("saw", _("Eye")),
    ("heard", _("Ear")),
    ("recorded", _("Camera, drone or audio recorder")),
    ("measured", _("Radar, acoustic or other instrument")),
)


class WatchForm(forms.Form):
    """A watch that begins now."""

    use_required_attribute = False

    place_typed = TextNeeded(
        label=_("Name of the place"),
        max_length=TEXT_MOST,
        widget=forms.TextInput(attrs={"data-place-text": "", "autocomplete": "off"}),
    )
    place = forms.ChoiceField(
        label=_("Which of these"),
        widget=_radios(),
        error_messages={"required": _("Type a name and choose one of the places offered.")},
    )
    what = ChoiceNeeded(
        label=_("What you record"),
        choices=[
            ("active", _("I begin to watch")),
            ("down", _("A camera or other instrument is out of service")),
            ("denied", _("I was refused access")),
        ],
        widget=_radios(),
    )
    means = forms.ChoiceField(
        label=_("Watching by"),
        choices=MEANS,
        widget=_radios(**{"class": "two"}),
    )
    denied_by = forms.ChoiceField(
        label=_("Refused by"),
        required=False,
    )

    def __init__(
        self, *args: Any, places: Sequence[PlaceChoice], parties: Iterable[Party], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        _choice_field(self, "place").choices = place_options(places)
        _choice_field(self, "denied_by").choices = [
            ("", _("By whom is not known")),
            *((party.code, party.name) for party in parties),
        ]

    def has_candidates(self) -> bool:
        """Answer whether there is a place to choose."""
        return bool(_choice_field(self, "place").choices)
