"""Tests of visit/ in Home Assistant."""
