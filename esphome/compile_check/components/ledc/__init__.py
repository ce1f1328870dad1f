"""Stands in for the PWM of the ESP32 on the host platform."""
