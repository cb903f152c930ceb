"""Writes of adjudication, by subject: panels, ballots, decisions."""
