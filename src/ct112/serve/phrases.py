"""What is said in every call to an agency beside the incident: made once, in the background."""

import asyncio
from collections.abc import Mapping

from ct112 import logs
from ct112.core.ivr import Prompt
from ct112.prompts.library import Piece, PromptError, PromptLibrary

log = logs.get("phrases")

LANGUAGE = "id"
TEXTS = {
    "thanks": "Terima kasih. Laporan telah Anda terima.",
    "wait": "Mohon tunggu. Anda disambungkan dengan operator.",
    "goodbye": "Laporan belum diterima. Kami menghubungi pihak lain. Terima kasih.",
}


class Phrases:
    """Makes them; one without a voice is left out, and a line in the log."""

    def __init__(self, library: PromptLibrary) -> None:
        """Nothing is made yet."""
        self._library = library
        self._made: Mapping[str, tuple[Prompt, ...]] = {}

    def made(self) -> Mapping[str, tuple[Prompt, ...]]:
        """Return what there is so far."""
        return self._made

    async def run(self) -> None:
        """Make them, then have nothing more to do."""
        self._made = await asyncio.to_thread(self._make)
        await asyncio.Event().wait()  # the service watches for tasks that end

    def _make(self) -> Mapping[str, tuple[Prompt, ...]]:
        made = {}
        for name, text in TEXTS.items():
            try:
                made[name] = (self._library.make(Piece(text=text), LANGUAGE).prompt,)
            except PromptError as error:
                log.warning("a phrase for agencies is not said", reason=str(error))
        return made
