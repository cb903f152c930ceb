"""Answers kept for requests that may come again: a machine's POST is done once."""
