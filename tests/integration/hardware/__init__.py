"""Tests of hardware/ in Home Assistant."""
