"""The doctor's line of the certificates."""

from pathlib import Path
from typing import Any

import pytest

from ct112.doctor.certificates import certificates
from ct112.doctor.checks import Trouble
from ct112.settings import Settings
from ct112.tls.bundle import Bundle
from tests.tls.made import server, written


def settings(**given: Any) -> Settings:
    return Settings(_env_file=None, **given)


def web(folder: Path, bundle: Bundle, **given: Any) -> Settings:
    return settings(web_tls_certificate=written(folder / "web.pem", bundle), **given)


async def test_none_is_needed_on_loopback() -> None:
    assert (await certificates(settings()))[0] is True


async def test_plain_http_for_others_is_a_warning_unless_a_proxy_is_before_it() -> None:
    ok, said = await certificates(settings(web_host="192.0.2.1"))
    assert (ok, "plain HTTP on 192.0.2.1" in said) == (None, True)
    assert (await certificates(settings(web_host="192.0.2.1", web_proxies=["192.0.2.2"])))[0] is True


async def test_good_ones_are_named_with_their_ends(tmp_path: Path) -> None:
    good = server("112.example.id")
    found = web(
        tmp_path,
        good,
        web_url="https://112.example.id:8112",
        asterisk_tls_certificate=written(tmp_path / "asterisk.pem", good),
    )
    ok, said = await certificates(found)
    assert ok is True
    assert f"web until {good.end:%Y-%m-%d}" in said
    assert f"asterisk until {good.end:%Y-%m-%d}" in said


async def test_one_that_ends_soon_is_a_warning(tmp_path: Path) -> None:
    assert (await certificates(web(tmp_path, server(days=20))))[0] is None


@pytest.mark.parametrize(
    ("bundle", "said"),
    [(server("other.example.id"), "it is not for 112.example.id"), (server(ago=40), "it ended on")],
)
async def test_one_that_will_not_do_is_a_fault(tmp_path: Path, bundle: Bundle, said: str) -> None:
    with pytest.raises(Trouble, match=said):
        await certificates(web(tmp_path, bundle, web_url="https://112.example.id"))


async def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="is not there"):
        await certificates(settings(asterisk_tls_certificate=tmp_path / "none.crt"))


async def test_a_key_that_everybody_may_read_is_a_fault(tmp_path: Path) -> None:
    found = web(tmp_path, server("112.example.id"))
    (tmp_path / "web.pem").chmod(0o644)
    with pytest.raises(Trouble, match="everybody on this machine may read the key"):
        await certificates(found)
