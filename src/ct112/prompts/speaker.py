"""Speaks texts in a process of its own: should one break eSpeak, that process ends and nothing else.

The process is started when there is something to say and ends when nothing was for a while, or with us.
A request is a line of JSON; the answer is another, and then the samples (16 bit, little-endian).
"""

import atexit
import json
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Any

import numpy as np

from ct112.prompts import speech
from ct112.prompts.audio import Samples
from ct112.prompts.speech import SpeechError

COMMAND = (sys.executable, "-m", "ct112.prompts.speaker")
ANSWER_SECONDS = 30.0  # a text of 2,000 characters takes less than one
IDLE_SECONDS = 20.0


class Speaker:
    """One process that speaks, for threads: one text at a time."""

    def __init__(self, command: tuple[str, ...] = COMMAND) -> None:
        """Nothing runs yet."""
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._idle: threading.Timer | None = None
        self._version = ""

    def speak(self, text: str, language: str) -> tuple[Samples, int]:
        """Return the text spoken, and its rate in Hz. Blocking. Raises SpeechError."""
        answer, data = self._ask({"text": text, "language": language})
        return np.frombuffer(data, "<i2").astype(np.float64) / 32768, int(answer["rate"])

    def version(self) -> str:
        """Return the engine's name and version: another one speaks differently. Raises SpeechError."""
        if not self._version:
            self._version = str(self._ask({})[0]["version"])
        return self._version

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._end()

    def _ask(self, request: dict[str, str]) -> tuple[dict[str, Any], bytes]:
        with self._lock:
            if self._idle is not None:
                self._idle.cancel()
            try:
                answer, data = self._exchanged(request)
            finally:
                self._idle = _later(IDLE_SECONDS, self.close)
        if "error" in answer:
            raise SpeechError(answer["error"])
        return answer, data

    def _exchanged(self, request: dict[str, str]) -> tuple[dict[str, Any], bytes]:
        line = json.dumps(request).encode() + b"\n"
        used = self._process is not None  # since the last text it may have been killed: no fault of this one
        answer = self._tried(line) or (self._tried(line) if used else None)
        if answer is None:
            raise SpeechError("the text ended the process that speaks it: write it in other words")
        return answer

    def _tried(self, line: bytes) -> tuple[dict[str, Any], bytes] | None:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        limit = _later(ANSWER_SECONDS, process.kill)
        try:
            process.stdin.write(line)
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            data = process.stdout.read(int(answer.get("bytes", 0)))
            if len(data) == answer.get("bytes", 0):
                return answer, data
        except (OSError, ValueError):
            pass  # it ended in the middle
        finally:
            limit.cancel()
        self._end()
        return None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            try:
                self._process = subprocess.Popen(
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
                )
            except OSError as error:
                raise SpeechError(f"no process to speak in could be started: {error}") from error
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with suppress(BrokenPipeError), process:  # its pipes are closed, it is waited for
                pass


def _later(seconds: float, act: Any) -> threading.Timer:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()
    return timer


SPEAKER = Speaker()
atexit.register(SPEAKER.close)


def _answer(line: bytes) -> tuple[dict[str, Any], bytes]:
    request = json.loads(line)
    try:
        if not request:
            return {"version": speech.engine_version()}, b""
        samples, rate = speech.speak(request["text"], request["language"])
    except SpeechError as error:
        return {"error": str(error)}, b""
    data = np.rint(samples * 32768).astype("<i2").tobytes()
    return {"rate": rate, "bytes": len(data)}, data


def main() -> None:
    """Answer until nobody asks any more."""
    for line in sys.stdin.buffer:
        answer, data = _answer(line)
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + data)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
