"""The searches of scripts/prove find what they look for."""
