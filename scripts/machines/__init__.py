"""Kinds of machines that Home Assistant runs on, tried on this one."""
