"""Rules of the shared quota that need no server."""
