"""The log of a test: unexpected errors and tracebacks fail it."""

import logging

# Home Assistant's esphome asks for a program that need not be here.
NOT_OURS = "haffmpeg"


class Log:
    """What went to the log while a test ran; errors have to be told beforehand."""

    def __init__(self) -> None:
        """Begin with an empty log."""
        self.records: list[logging.LogRecord] = []
        self._told: list[str] = []

    def tell(self, error: str) -> None:
        """Expect an error of ours that contains these words."""
        self._told.append(error)

    def check(self) -> None:
        """Fail on a traceback, an error that was not told, and one that stayed away."""
        for record in self.records:
            if record.name.startswith(NOT_OURS):
                continue
            message = record.getMessage()
            assert not record.exc_info and "Traceback" not in message, message
            if "facequota" in record.name and record.levelno >= logging.ERROR:
                assert any(told in message for told in self._told), message
        for told in self._told:
            assert any(told in record.getMessage() for record in self.records), told
