"""Doors for people: parse, one call, render."""
