"""Stands in for the LED strips of the ESP32 on the host platform."""
