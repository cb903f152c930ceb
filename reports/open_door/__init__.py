"""The open door: reports by people without an account, whom nothing here can name.

Decided here: what pays for a filing (some work of the sender's machine, or an invite), how many
come in a day, and how somebody comes back to a report with its receipt and secret. Hears: nothing.
Leaves: report.handed_in, invites.made.
"""
