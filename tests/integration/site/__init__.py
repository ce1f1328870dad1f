"""Tests of site/ in Home Assistant."""
