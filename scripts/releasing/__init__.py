"""A release: one version everywhere, an archive as HACS wants it, notes from the change log."""
