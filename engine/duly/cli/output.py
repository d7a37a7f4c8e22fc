"""Write to people who may stop reading before the end."""

import io
import os
import sys
from typing import TextIO


class _Patient(io.FileIO):
    """Write to a file; what nobody reads any more is dropped, and the work goes on."""

    def write(self, data: object, /) -> int:
        try:
            return super().write(data)  # type: ignore[arg-type] # bytes of any sort
        except BrokenPipeError:
            return memoryview(data).nbytes  # type: ignore[arg-type] # as above


def outlast_readers() -> None:
    """Let output that nobody reads any more, as behind ``| head -1``, end no command."""
    if not sys.stdout.isatty():
        sys.stdout = _patient(sys.stdout)
    if not sys.stderr.isatty():
        sys.stderr = _patient(sys.stderr)


def _patient(stream: TextIO) -> TextIO:
    stream.flush()
    raw = _Patient(stream.fileno(), "w", closefd=False)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream is sys.stderr,
    )


def drop_output() -> None:
    """Forget what could not be written, so that ending the program does not try again."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
