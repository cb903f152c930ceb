"""The closed lists of statements and positions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Question(models.TextChoices):
    OCCURRED = "occurred", _("Did it happen?")
    ACTOR = "actor", _("Was it this party?")


class Says(models.TextChoices):
    SUPPORTS = "supports", _("Supports: yes")
    CONTRADICTS = "contradicts", _("Contradicts: no")
    CANNOT_SAY = "cannot_say", _("Cannot say")


class Basis(models.TextChoices):
    EYEWITNESS = "eyewitness", _("Saw or heard it")
    SITE_VISIT = "site_visit", _("Visit to the site")
    CRATER_ANALYSIS = "crater_analysis", _("Crater analysis")
    REMNANTS = "remnants", _("Munition remnants")
    IMAGERY = "imagery", _("Imagery")
    INTERVIEW = "interview", _("Interviews")
    MEDICAL = "medical", _("Medical records")
    SENSOR = "sensor", _("Sensor data")
    DOCUMENT = "document", _("Document or publication")
    HEARSAY = "hearsay", _("Was told")


class Position(models.TextChoices):
    ADMITS = "admits", _("Admits: our side did it")
    DENIES = "denies", _("Denies: our side did not do it")
    DISPUTES_FACTS = "disputes_facts", _("Disputes the facts: it did not happen so")
    NO_POSITION = "no_position", _("Takes no position")


class PositionReason(models.TextChoices):
    NO_FORCES = "no_forces_there", _("No forces of ours were there")
    NO_ACTION = "no_action_then", _("No action of ours at that time")
    RETURNED_FIRE = "returned_fire", _("Our forces answered fire")
    OWN_CONTROL = "own_control", _("The place was already under our control")
    NO_INFORMATION = "insufficient_information", _("Too little information to answer")
    ACCIDENT = "accident", _("It was an accident or an error")
    DISCIPLINED = "act_by_individuals", _("Acted against orders")
    OTHER = "other", _("Another reason")
