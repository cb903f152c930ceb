"""The version that every score carries; change it whenever a number could change."""

ENGINE_VERSION = "1.1.4"
