"""Tests of visit/."""
