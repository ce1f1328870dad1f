"""The dispenser's device: motor, portion, faults, roll, the visitor's buttons and display."""
