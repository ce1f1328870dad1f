"""Unit tests, in the product's rooms."""
