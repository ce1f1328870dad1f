"""Tests of cameras/ in Home Assistant."""
