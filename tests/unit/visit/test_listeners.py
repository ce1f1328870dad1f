"""Whoever is told of something keeps it from nobody else."""

import logging

import pytest

from custom_components.facequota.visit.listeners import Listeners


def test_one_who_raises_silences_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """The log says whose fault it was."""
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


def test_one_who_left_hears_nothing_more() -> None:
    heard: list[int] = []
    news = Listeners[[int]]()
    leave = news.add(heard.append)
    leave()
    news.tell(7)
    assert heard == []
