"""The record: who, where, under which terms, what was said, what was done."""
