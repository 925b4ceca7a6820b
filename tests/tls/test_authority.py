"""The authority: its certificates are taken by who trusts it, and by nobody else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from ct112.tls.authority import LONGEST_DAYS, clean_names, issue, new_authority
from ct112.tls.bundle import covers, now
from ct112.tls.problems import TlsError
from tests.tls.made import AUTHORITY, server


def verify(authority: x509.Certificate, chain: tuple[x509.Certificate, ...], host: str) -> None:
    """Check as a strict browser does (the web's rules, RFC 5280)."""
    builder = PolicyBuilder().store(Store([authority])).time(now())
    builder.build_server_verifier(x509.DNSName(host)).verify(chain[0], list(chain[1:]))


def test_a_strict_client_that_trusts_the_authority_takes_the_certificate() -> None:
    verify(AUTHORITY.leaf, server("112.example.id").chain, "112.example.id")


@pytest.mark.parametrize("host", ["other.example.id", "example.id"])
def test_it_is_for_no_other_name(host: str) -> None:
    with pytest.raises(VerificationError):
        verify(AUTHORITY.leaf, server("112.example.id").chain, host)


def test_another_authority_of_the_same_name_is_another_one() -> None:
    twin = new_authority("Kota Contoh", now())
    with pytest.raises(VerificationError):
        verify(twin.leaf, server("112.example.id").chain, "112.example.id")


def test_a_servers_certificate_signs_no_other() -> None:
    first = server("112.example.id")
    second = issue(first, ["evil.example.id"], now())
    with pytest.raises(VerificationError):
        verify(AUTHORITY.leaf, (second.leaf, first.leaf, AUTHORITY.leaf), "evil.example.id")


def test_names_are_cleaned_and_each_stands_once() -> None:
    given = ["112.Example.ID.", "112.example.id", "192.0.2.7", "2001:DB8::1", "*.example.id"]
    assert clean_names(given) == ["112.example.id", "192.0.2.7", "2001:db8::1", "*.example.id"]
    assert server(*given).names() == ("112.example.id", "*.example.id", "192.0.2.7", "2001:db8::1")


@pytest.mark.parametrize(
    "name",
    ["", " ", "https://112.example.id", "112.example.id:8112", "a b", "é.id", "-a.id", "a..id", "*", "a.*.id",
     "192.0.2.999", "10.0.0.0/8", "x" * 64 + ".id", "a\nb", "\x00"],
)  # fmt: skip
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(TlsError):
        clean_names([name])


def test_no_name_at_all_is_refused() -> None:
    with pytest.raises(TlsError, match="no name"):
        clean_names([])


@pytest.mark.parametrize("days", [0, -1, LONGEST_DAYS + 1])
def test_days_have_their_bounds(days: int) -> None:
    with pytest.raises(TlsError):
        server("112.example.id", days=days)


def test_no_certificate_outlives_its_authority() -> None:
    old = new_authority("x", now() - timedelta(days=3640))
    assert issue(old, ["a.example"], now(), 397).end <= old.end
    with pytest.raises(TlsError, match="has ended"):
        issue(new_authority("x", now() - timedelta(days=3651)), ["a.example"], now())


@pytest.mark.parametrize(
    ("names", "wanted", "fits"),
    [
        (["112.example.id"], "112.EXAMPLE.id.", True),
        (["*.example.id"], "112.example.id", True),
        (["*.example.id"], "a.b.example.id", False),
        (["*.example.id"], "example.id", False),
        (["192.0.2.7"], "192.0.2.7", True),
        (["2001:db8::1"], "2001:DB8:0::1", True),
        (["*.0.2.7"], "192.0.2.7", False),
    ],
)
def test_covers(names: list[str], wanted: str, fits: bool) -> None:
    assert covers(names, wanted) is fits


def test_keys_do_not_show_in_what_is_printed(tmp_path: Path) -> None:
    assert "key" not in repr(server())


def test_a_machine_without_a_clock_makes_no_certificate_that_has_ended_already() -> None:
    authority = new_authority("Kota Contoh", now())
    for wrong in (datetime(1970, 1, 2, tzinfo=UTC), now() - timedelta(days=2)):
        with pytest.raises(TlsError, match="set this machine's clock"):
            issue(authority, ["112.example.id"], wrong)


def test_a_clock_that_is_a_day_late_or_early_does_no_harm() -> None:
    late = issue(AUTHORITY, ["112.example.id"], now() - timedelta(hours=23))
    early = issue(AUTHORITY, ["112.example.id"], now() + timedelta(hours=23))
    for made in (late, early):
        verify(AUTHORITY.leaf, made.chain, "112.example.id")
