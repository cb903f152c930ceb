"""Doors for machines: parse, one call, answer in JSON."""
