"""Tests of cameras/."""
