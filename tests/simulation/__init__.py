"""A day at a site in seconds: the product's own parts on a clock that jumps."""
