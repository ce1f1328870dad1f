"""Tests of panel/."""
