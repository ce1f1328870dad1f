"""Rules of the quota."""
