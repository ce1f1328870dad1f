"""A listener that fails does not keep the news from the others."""

import logging

import pytest

from custom_components.facequota.visit.listeners import Listeners


def test_a_listener_that_raises_does_not_stop_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The log names the listener."""
    heard: list[int] = []

    def fails(_news: int) -> None:
        raise ValueError("a bug")

    news = Listeners[[int]]()
    for listener in (fails, heard.append, fails):
        news.add(listener)
    with caplog.at_level(logging.ERROR):
        news.tell(7)
    assert heard == [7]
    assert "a bug" in caplog.text


def test_a_removed_listener_hears_nothing_more() -> None:
    heard: list[int] = []
    news = Listeners[[int]]()
    leave = news.add(heard.append)
    leave()
    news.tell(7)
    assert heard == []
