"""End-to-end tests: real Home Assistant, real firmware, a real browser."""
