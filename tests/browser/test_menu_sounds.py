"""Sounds of the menu: any file, the microphone, what is truly heard, and a caller who is silent."""

import asyncio
import io
import math
import re
import wave
from pathlib import Path
from urllib.parse import urljoin

import numpy as np
from playwright.async_api import Locator, Page, expect

from lab.world import eventually
from tests.browser.desk import SECONDS, Desk
from tests.browser.menus import fresh, pick
from tests.browser.test_menu_files import bring, opened, yaml

LOUDEST = """
const heard = window.heard = { loudest: 0, meters: [] };
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (to, ...how) {
  if (to instanceof AudioDestinationNode && this.context instanceof AudioContext) {
    const meter = this.context.createAnalyser();
    connect.call(this, meter);
    heard.meters.push(meter);
  }
  return connect.call(this, to, ...how);
};
setInterval(() => {
  for (const meter of heard.meters) {
    const samples = new Float32Array(meter.fftSize);
    meter.getFloatTimeDomainData(samples);
    heard.loudest = Math.max(heard.loudest, ...samples.map(Math.abs));
  }
}, 20);
"""  # a second ear beside the loudspeaker: what is asked and played stays as it is
OPEN_MICROPHONE = """
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
window.microphones = [];
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await open(wanted);
  window.microphones.push(...stream.getTracks());
  return stream;
};
"""
SILENT_MP3 = (b"\xff\xfb\x90\x64" + b"\x00" * 413) * 60  # 60 frames, 128 kbit/s at 44.1 kHz
QUICK = """languages: [id]
start: main
waiting: { id: Tunggu sebentar. }
nodes:
  main:
    type: menu
    say: { id: Tekan satu. }
    wait: 1
    tries: 1
    choices: { 1: info }
    silence: emergency
    invalid: emergency
  info: { type: queue, class: information }
  emergency: { type: queue, class: emergency }
"""


def tones(*hertz: float, rate: int, seconds: float) -> bytes:
    """Return a WAV: a tone in each channel."""
    at = np.arange(int(rate * seconds)) / rate
    channels = [np.sin(2 * math.pi * tone * at) * 12_000 for tone in hertz]
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(len(hertz))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.stack(channels, axis=1).astype("<i2").tobytes())
    return buffer.getvalue()


def loudest_tones(wav: bytes, count: int) -> set[int]:
    """Return the loudest tones, Hz, to the nearest hundred."""
    with wave.open(io.BytesIO(wav)) as file:
        assert (file.getframerate(), file.getnchannels()) == (8000, 1)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    found: list[int] = []
    for place in np.argsort(spectrum)[::-1]:
        tone = round(place * 8000 / len(samples) / 100) * 100
        if tone not in found:
            found.append(tone)
        if len(found) == count:
            break
    return set(found)


async def kept(page: Page, form: Locator) -> tuple[str, bytes]:
    """Return the name of the recording the form has now, and how it sounds on the telephone."""
    said = form.get_by_text(re.compile("Rekaman: up-[0-9a-f]{32}"))
    await said.wait_for()
    name = (await said.inner_text()).removeprefix("Rekaman: ")
    answer = await page.request.get(urljoin(page.url, f"/api/v1/ivr/recordings/{name}"))
    return name, await answer.body()


async def test_a_sound_of_any_kind_is_taken_or_refused_with_what_to_do(desk: Desk, tmp_path: Path) -> None:
    await desk.page.add_init_script(LOUDEST)
    await desk.page.add_init_script(OPEN_MICROPHONE)
    await opened(desk)
    page = desk.page
    form = (await pick(page, "about")).get_by_role("group", name="Yang terdengar (id)", exact=True)
    text = await form.get_by_label("Yang terdengar (id)", exact=True).input_value()
    refused = {
        "kosong.wav": (b"", "Berkas ini kosong"),
        "teks.wav": (b"Selamat datang di 112.\n" * 50, "bukan suara yang dikenali peramban"),
        "panjang.wav": (tones(500, rate=8000, seconds=1200), "Lebih dari 2 menit"),
        "sunyi.wav": (tones(0, rate=8000, seconds=1), "Tidak ada suara di dalamnya"),
        "lagu.wav": (SILENT_MP3, "Tidak ada suara di dalamnya"),  # read as the MP3 it is
    }
    for name, (content, said) in refused.items():
        await bring(form, tmp_path / name, content)
        await expect(form.get_by_role("alert").first).to_contain_text(said)
        await expect(form.get_by_text("Rekaman: up-")).to_have_count(0)
    await desk.picture("menu-sound-refused")
    await bring(form, tmp_path / "kiri-kanan.wav", tones(600, 1500, rate=44_100, seconds=1))
    _, sound = await kept(page, form)
    assert loudest_tones(sound, 2) == {600, 1500}
    await it_is_heard(page, form)
    await form.get_by_role("button", name="Pakai suara mesin lagi").first.click()
    await expect(form.get_by_label("Yang terdengar (id)", exact=True)).to_have_value(text)
    await it_is_heard(page, form)
    await the_microphone_is_let_go(page, form)
    await page.get_by_role("button", name="Buang draf").click()


async def until(page: Page, what: str) -> None:
    """Wait until something is true in the page; by the debugger's protocol, as its policy lets no eval in."""
    await eventually(lambda: page.evaluate(what), bool, SECONDS, what)


async def it_is_heard(page: Page, form: Locator) -> None:
    """Press *listen*: something is loud at the loudspeaker, and then it is over."""
    await page.evaluate("heard.loudest = 0")
    await form.get_by_role("button", name="Dengarkan: Yang terdengar (id)", exact=True).click()
    await until(page, "heard.loudest > 0.05")
    stop = form.get_by_role("button", name="Hentikan: Yang terdengar (id)", exact=True)
    if await stop.count():
        await stop.click()
    await expect(
        form.get_by_role("button", name="Dengarkan: Yang terdengar (id)", exact=True)
    ).to_be_visible()
    await expect(form.get_by_role("alert")).to_have_count(0)


async def the_microphone_is_let_go(page: Page, form: Locator) -> None:
    """A recording is heard as it was spoken; one that is left for another node ends with it."""
    record = form.get_by_role("button", name="Rekam: Yang terdengar (id)", exact=True)
    stop = form.get_by_role("button", name="Selesai merekam: Yang terdengar (id)", exact=True)
    await record.click()
    await stop.wait_for()
    await asyncio.sleep(1.5)  # the microphone of the browser beeps once a second
    await stop.click()
    await kept(page, form)
    await form.get_by_label("Yang terdengar (id)", exact=True).fill("Tulisan tetap ada.")
    await record.click()
    await stop.wait_for()
    await pick(page, "main")
    await until(page, "microphones.length === 2 && microphones.every(one => one.readyState === 'ended')")
    form = await pick(page, "about")
    await expect(form.get_by_label("Yang terdengar (id)", exact=True)).to_have_value("Tulisan tetap ada.")


async def test_a_silent_caller_is_heard_out_and_comes_to_an_emergency_operator(
    desk: Desk, tmp_path: Path
) -> None:
    await desk.page.add_init_script(LOUDEST)
    await desk.page.set_viewport_size({"width": 390, "height": 844})
    await opened(desk)
    page = desk.page
    window = await yaml(page)
    await bring(window, tmp_path / "cepat.yaml", QUICK.encode())
    await expect(window.get_by_label("Seluruh menu")).to_have_value(QUICK)
    await page.keyboard.press("Escape")
    await fresh(page)
    await page.mouse.wheel(0, 5000)
    await expect(page.get_by_test_id("worst")).to_be_in_viewport()  # whatever is looked at
    await expect(page.get_by_role("button", name="Coba sebagai penelepon")).not_to_be_in_viewport()
    await page.get_by_role("button", name="Coba sebagai penelepon").click()
    window = page.get_by_role("dialog")
    await window.get_by_role("button", name="Telepon 112").click()
    course = window.get_by_role("list")
    await expect(course).to_contain_text("main: tidak menekan apa-apa (bila terus diam)")
    await expect(course.locator("[data-ahead]")).to_have_count(0)
    await expect(course.get_by_role("listitem").last).to_contain_text("gawat darurat (karena diam)")
    assert await page.evaluate("heard.loudest") > 0.05
    await expect(window.get_by_role("button", name="Telepon 112")).to_be_visible()  # it is over
    await desk.picture("menu-silence")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Buang draf").click()
