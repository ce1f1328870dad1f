"""Rules of recognition."""
