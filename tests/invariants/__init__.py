"""Rules about the project's own sources."""
