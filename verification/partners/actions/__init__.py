"""Writes of what partners are told."""
