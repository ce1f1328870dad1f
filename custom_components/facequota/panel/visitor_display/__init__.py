"""The visitor's display: a page for any tablet, without an account of Home Assistant."""
