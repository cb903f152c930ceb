"""How dates and numbers are written where Django does not know, or not well enough.

FORMAT_MODULE_PATH names this package; a language Django writes well has no folder here.
"""

from django.utils.translation import pgettext_lazy

# Months as they stand inside a date ("10 հոկտեմբերի"). They are strings of ours so that a
# language can write them better than Django's own catalogue does (Armenian: genitive).
MONTHS_IN_DATES = (
    pgettext_lazy("alt. month", "January"),
    pgettext_lazy("alt. month", "February"),
    pgettext_lazy("alt. month", "March"),
    pgettext_lazy("alt. month", "April"),
    pgettext_lazy("alt. month", "May"),
    pgettext_lazy("alt. month", "June"),
    pgettext_lazy("alt. month", "July"),
    pgettext_lazy("alt. month", "August"),
    pgettext_lazy("alt. month", "September"),
    pgettext_lazy("alt. month", "October"),
    pgettext_lazy("alt. month", "November"),
    pgettext_lazy("alt. month", "December"),
)
