"""Who supports and who contradicts, as counted statements; and what the accused party says.

Decided here: who is independent of whom, who may state, when a party counts as heard.
Hears: incident.opened, report.linked (the accused is notified). Leaves: statement.given,
position.requested, position.answered, position.lapsed.
"""
