"""Writes of the log, by subject: taking events in and signing, and erasing."""
