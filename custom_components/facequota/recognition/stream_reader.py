"""The child process that reads one camera's stream (PyAV). It knows nothing of faces.

It receives packets for as long as the stream is open. On request it decodes, from the
last key frame up to the newest packet. Questions come by its standard input, answers go
to its output; it ends when its input does.
"""

from importlib import import_module
import io
import json
import os
from pkgutil import walk_packages
from select import select
from threading import Thread
from typing import Final

import av

from . import sandbox
from .stream import Stream, StreamError
from .stream_messages import (
    HEADER_SIZE,
    Answer,
    Question,
    decode_address,
    decode_header,
    encode,
    encode_picture,
)

MAX_CLOSING: Final = 4
"""Streams that are still to notice that they were closed; then a new process is better."""


def main() -> None:
    """Serve until the parent ends."""
    granted = sandbox.enter(network=True)
    questions, answers = _take_over_pipes()
    # PyAV imports some of its modules only when a stream needs them.
    for module in walk_packages(av.__path__, "av."):
        import_module(module.name)
    granted |= sandbox.seal()
    _send(answers, Answer.HELLO, json.dumps(granted).encode())
    stream: Stream | None = None
    closing: list[Thread] = []
    while header := _read(questions, HEADER_SIZE):
        question, length = decode_header(header, Question)
        body = _read(questions, length)
        if question is not Question.NEXT and stream is not None:
            closing = [one for one in (*closing, stream.close()) if one.is_alive()]
            stream = None
        if question is Question.OPEN and len(closing) <= MAX_CLOSING:
            stream = Stream(*decode_address(body))
        if question is Question.NEXT:
            _answer(questions, answers, stream)


def _answer(questions: io.FileIO, answers: io.FileIO, stream: Stream | None) -> None:
    """Send a picture, or why there is none; the next question cancels this one."""
    if stream is None:
        _send(answers, Answer.FAILED, b"closed")
        return
    try:
        begun_after, jpeg = stream.next(lambda: bool(select([questions], [], [], 0)[0]))
    except StreamError as err:
        _send(answers, Answer.FAILED, str(err).encode("ascii", "replace")[:200])
    else:
        _send(answers, Answer.PICTURE, encode_picture(begun_after, jpeg))


def _take_over_pipes() -> tuple[io.FileIO, io.FileIO]:
    """Keep the pipes for messages: a library's own print goes to the log."""
    # Without a buffer: whether the next question is there is asked of the kernel.
    questions = os.fdopen(os.dup(0), "rb", buffering=0)
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return questions, answers


def _read(questions: io.FileIO, size: int) -> bytes:
    """Return so many bytes; fewer when the parent has ended."""
    content = b""
    while len(content) < size and (more := questions.read(size - len(content))):
        content += more
    return content


def _send(answers: io.FileIO, kind: Answer, body: bytes) -> None:
    """Write one message."""
    message = memoryview(encode(kind, body))
    while message:
        message = message[answers.write(message) :]
