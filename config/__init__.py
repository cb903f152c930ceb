"""How the house is wired: settings, addresses, workers. Imported by nobody."""
