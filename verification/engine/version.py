"""The version that every score carries; change it whenever a number could change."""

ENGINE_VERSION = "0.1.0"
