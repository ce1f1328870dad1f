"""One site: its parts, dispensers, log, figures, upkeep and repair issues."""
