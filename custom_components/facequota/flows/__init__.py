"""Set-up in the UI."""
