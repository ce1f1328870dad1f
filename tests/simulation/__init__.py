"""A simulated day at a site: the product's own parts on a clock that jumps."""
