"""The loader of seeds/: real claims and an invented story, played through the actions."""
