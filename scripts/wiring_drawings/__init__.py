"""Drawings of circuits, as SVG."""
