"""Tests of panel/ in Home Assistant."""
