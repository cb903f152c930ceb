"""The case file: which reports speak of one event.

Decided here: whether a report fits an incident, what a set of reports says about time and place,
admissibility of the event. Hears: report.accepted (copies of one origin follow it) and
report.withdrawn. Leaves: incident.opened, report.linked, report.unlinked, incidents.merged,
merge.undone, incident.ruled_inadmissible.
"""
