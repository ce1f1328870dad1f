"""The whole of it: real Home Assistant, real firmware, a real browser."""
