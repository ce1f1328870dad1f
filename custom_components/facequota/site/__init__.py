"""One site: its parts, its dispensers, its log and its figures, and what a person has to mend."""
