"""Forms for bringing files: several at once, with what is said of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import lazystr
from django.utils.text import format_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reports.evidence.choices import EvidenceKind, Sensitivity
from reports.evidence.rules import MEGA, MOST_BYTES, MOST_FILES_AT_ONCE, MOST_IMAGE_BYTES
from reports.pages.boxes import ClockField, DayField

ACCEPTED = (
    "image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,video/mp4,video/quicktime,"
    "video/webm,video/3gpp,audio/mpeg,audio/mp4,audio/ogg,audio/wav,audio/amr,application/pdf"
)
LIMITS = format_lazy(
    _(
        "Up to {files} files at a time. Pictures (JPEG, PNG, WebP, HEIC) up to {image} MB; films "
        "(MP4, MOV, WebM, 3GP), sound (MP3, M4A, OGG, WAV, AMR) and PDF up to {most} MB each."
    ),
    files=lazystr(MOST_FILES_AT_ONCE),
    image=lazystr(MOST_IMAGE_BYTES // MEGA),
    most=lazystr(MOST_BYTES // MEGA),
)


class ManyFiles(forms.ClearableFileInput):
    """A box for several files."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """Several files, none of which is judged here: the room of evidence does."""

    default_error_messages = {"too_many": _("Send these in several goes.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=ManyFiles(attrs={"accept": ACCEPTED}), **options)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the files that were chosen, perhaps none."""
        found = [file for file in data or () if file]
        if not found and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(found) > MOST_FILES_AT_ONCE:
            raise forms.ValidationError(self.error_messages["too_many"], code="too_many")
        return found


class SaidOfFiles(forms.Form):
    """What is said of files brought with a report: as little as possible."""

    use_required_attribute = False

    upload = FilesField(label=_("Pictures, films, sound or documents"), required=False)
    sensitivity = forms.ChoiceField(
        label=_("Do they show something to be warned of?"),
        choices=Sensitivity.choices,
        initial=Sensitivity.ORDINARY,
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["upload"].help_text = LIMITS


class FilesWithReport(SaidOfFiles):
    """The same, within the filing form."""

    prefix = "evidence"


class EvidenceForm(SaidOfFiles):
    """What is said of files added to a report one has filed."""

    kind = forms.ChoiceField(
        label=_("What they are"),
        required=False,
        help_text=_("All files sent together get the same answers; send others by themselves."),
    )
    caption = forms.CharField(
        label=_("What can be seen or heard"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    day = DayField(label=_("Date it was made"), required=False, help_text=_("Only if you know it."))
    clock = ClockField(label=_("Time it was made"), required=False)

    field_order = ("upload", "kind", "caption", "day", "clock", "sensitivity")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["upload"].required = True
        self.fields["upload"].error_messages["required"] = _("Choose at least one file.")
        kind = self.fields["kind"]
        kind.choices = [("", _("As the file shows")), *EvidenceKind.choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Return the answers; a time alone says nothing."""
        found = super().clean() or self.cleaned_data
        if found.get("clock") and not found.get("day") and "day" not in self.errors:
            self.add_error("day", _now("Give the date too, or leave the time blank."))
        return found
