"""Doors for clients nobody here wrote: phones with ODK Collect, gateways, sensors."""
