"""The rules of the product, written down."""
