"""Recordings for the menu: sent, made as callers hear them, kept by what is in them."""

from typing import Annotated

from pydantic import Base64Bytes, Field

from ct112.prompts.audio import AudioError
from ct112.prompts.library import PromptError
from ct112.prompts.uploads import name_of
from ct112.store import Connection, ivr_recordings
from ct112.web import kinds
from ct112.web.access.principal import LEADERS, Principal
from ct112.web.house import House
from ct112.web.ivr.model import SpokenLanguage
from ct112.web.problems import Problem
from ct112.web.routes import Media, Reply, Route
from ct112.web.values import Given, Shown

BYTES = 8_000_000  # two minutes at 22 kHz, 16 bits, as base64
SECONDS = 30.0


class NewRecording(Given):
    """A sound: PCM WAV, 8 kHz or more, one or two channels, two minutes at most, base64."""

    wav: Annotated[Base64Bytes, Field(min_length=44)]


class IvrRecording(Shown):
    """A recording as callers hear it. A document plays it as `{ recording: NAME }`, in any language."""

    name: str
    seconds: float


class ByRecording(Given):
    """The path of a recording."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$", max_length=64)]


class RecordingQuery(Given):
    """Of which language: recordings in the folder have one, those that were sent serve all."""

    language: SpokenLanguage = "id"


async def prepare_recording(house: House, body: NewRecording) -> tuple[bytes, float]:
    """Make the sound as callers hear it. Raises Problem."""
    try:
        return await house.workshop.prepare(body.wav)
    except AudioError as error:
        raise Problem(kinds.REFUSED, f"{error}") from error


async def add_ivr_recording(
    connection: Connection,
    who: Principal,
    body: NewRecording,  # noqa: ARG001 (it was prepared)
    prepared: tuple[bytes, float],
) -> Reply[IvrRecording]:
    """Keep a recording for the menu. The same sound has the same name."""
    sound, seconds = prepared
    name = name_of(sound)
    await ivr_recordings.add(connection, name, sound, seconds, by=who.name)
    location = {"Location": f"/api/v1/ivr/recordings/{name}"}
    return Reply(IvrRecording(name=name, seconds=seconds), 201, location)


async def hear_ivr_recording(house: House, path: ByRecording, query: RecordingQuery) -> Media:
    """Hear a recording as a caller would."""
    await bring(house, path.name)
    try:
        return Media(await house.workshop.recorded(path.name, query.language), "audio/wav")
    except PromptError as error:
        raise Problem(kinds.NOT_FOUND, str(error), title="no such recording") from error


async def bring(house: House, source_yaml: str) -> None:
    """Bring the recordings a document names to this disk, as far as there are any."""
    missing = await house.workshop.missing(source_yaml)
    if missing:
        async with house.store.transaction() as connection:
            sounds = await ivr_recordings.sounds(connection, missing)
        await house.workshop.keep(sounds)


ROUTES = (
    Route(
        "POST",
        "/api/v1/ivr/recordings",
        add_ivr_recording,
        LEADERS,
        status=201,
        prepare=prepare_recording,
        audit="ivr.record",
        seconds=SECONDS,
        largest_body=BYTES,
    ),
    Route("GET", "/api/v1/ivr/recordings/{name}", hear_ivr_recording, LEADERS, media="audio/wav"),
)
