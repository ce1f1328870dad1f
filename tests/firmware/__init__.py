"""The firmware: its state machine by itself, its configurations, and the whole of it as a simulator."""
