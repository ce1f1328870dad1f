"""A real house for the demo, the bench and the end-to-end tests.

A `hass` process, the firmware's simulators, photographs of people before
cameras, and FaceQuota set up over Home Assistant's own API. Nothing in here is
part of the product, and nothing in here is a test harness.
"""
