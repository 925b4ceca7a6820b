"""Speaks one text in a process of its own: `python -m ct112.prompts.saying FILE`, the text on standard input.

What a stranger could have a hand in is spoken here: should it break eSpeak, this process ends and nothing
else. It is gentle to the machine, and the sound does not pass through the asking process.
"""

import contextlib
import os
import sys
from pathlib import Path

from ct112.prompts import speech
from ct112.prompts.audio import TELEPHONE_RATE, AudioError, for_telephone, write_wav

LANGUAGE = "id"
NICENESS = 10
OOM_SCORE = "500"


def say(text: str, path: Path) -> float:
    """Write the text, spoken, into a new file; return its seconds. Raises as `speak` does, and OSError."""
    samples = for_telephone(*speech.speak(speakable(text), LANGUAGE))
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(write_wav(samples))
    return len(samples) / TELEPHONE_RATE


def speakable(text: str) -> str:
    """Return the text with a space for what nobody could say: control characters, halves of characters."""
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()


def _give_way() -> None:
    """Let the telephone come first, for the processor and when memory is short: it started this process."""
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
        Path("/proc/self/oom_score_adj").write_text(OOM_SCORE)


def main() -> int:
    """Speak standard input; its seconds go to standard output."""
    _give_way()
    text = sys.stdin.buffer.read().decode("utf-8", "replace")
    try:
        seconds = say(text, Path(sys.argv[1]))
    except (AudioError, speech.SpeechError, OSError) as error:
        sys.stderr.write(f"{type(error).__name__}: not spoken\n")
        return 1
    sys.stdout.write(f"{seconds:.3f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
