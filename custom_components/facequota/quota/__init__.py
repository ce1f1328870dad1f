"""Decide whether a face has had its portion: pure logic, no Home Assistant.

Time is always passed in, in monotonic seconds; nothing in this package reads a clock.
"""
