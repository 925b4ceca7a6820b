"""What an operator hears when a call-back reached nobody: made once, in the background."""

import asyncio
from collections.abc import Callable, Mapping

from ct112 import logs
from ct112.core.callback_rules import CallbackResult
from ct112.core.ivr import Prompt
from ct112.prompts.library import Piece, PromptError, PromptLibrary

log = logs.get("sayings")

LANGUAGE = "id"
TEXTS = {
    CallbackResult.BUSY: "Nomor yang dihubungi sedang sibuk.",
    CallbackResult.NO_ANSWER: "Telepon tidak diangkat.",
    CallbackResult.FAILED: "Nomor tidak dapat dihubungi.",
    CallbackResult.UNAVAILABLE: "Saluran sedang terganggu. Coba lagi sebentar lagi.",
}


class Sayings:
    """Makes them and hands them on; without a voice there is a tone, and a line in the log."""

    def __init__(
        self, library: PromptLibrary, ready: Callable[[Mapping[CallbackResult, Prompt]], None]
    ) -> None:
        """`ready` is called once with what could be made."""
        self._library = library
        self._ready = ready

    async def run(self) -> None:
        """Make them, then have nothing more to do."""
        self._ready(await asyncio.to_thread(self._make))
        await asyncio.Event().wait()  # the service watches for tasks that end

    def _make(self) -> Mapping[CallbackResult, Prompt]:
        made = {}
        for result, text in TEXTS.items():
            try:
                made[result] = self._library.make(Piece(text=text), LANGUAGE).prompt
            except PromptError as error:
                log.warning("why a call-back failed is not said: a tone instead", reason=str(error))
        return made
