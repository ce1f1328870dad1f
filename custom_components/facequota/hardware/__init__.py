"""The motor, one portion, the roll, the visitor's buttons and display."""
