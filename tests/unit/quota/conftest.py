"""A book for the tests of the quota."""

import pytest

from custom_components.facequota.quota.book import Book

from .books import make_book


@pytest.fixture(name="book")
def book_fixture() -> Book:
    """Return the Temple's book: 60 cm in 9 minutes."""
    return make_book()
