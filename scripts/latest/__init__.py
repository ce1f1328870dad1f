"""The tests on the newest Home Assistant."""
