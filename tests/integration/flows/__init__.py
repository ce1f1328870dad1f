"""Tests of flows/ in Home Assistant."""
