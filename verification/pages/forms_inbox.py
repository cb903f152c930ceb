"""What a person wants to be told."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from verification.notifications.queries import Digest
from verification.notifications.topics import TOPICS


def _optional() -> list[tuple[str, object]]:
    return [(code, topic.words) for code, topic in TOPICS.items() if not topic.must]


class PreferencesForm(forms.Form):
    """The mail, and the messages that can be turned off."""

    digest = forms.ChoiceField(
        label=_("A mail that counts your unread messages"),
        help_text=_(
            "It says how many messages wait, and nothing else: no case, no place, no name of this "
            "site. Still, that such a mail reaches you can be seen by whoever holds your phone."
        ),
        choices=Digest.choices,
        widget=forms.RadioSelect,
    )
    told = forms.MultipleChoiceField(
        label=_("Tell me in my inbox"),
        choices=_optional,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
