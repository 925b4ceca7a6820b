"""What is wrong with a certificate is said in words, before it is used."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

from ct112.tls.authority import new_authority
from ct112.tls.bundle import Bundle, now, read, read_chain
from ct112.tls.checking import open_key, problems
from ct112.tls.problems import TlsError
from tests.tls.made import AUTHORITY, server, written


def found(bundle: Bundle, *names: str, trusted: tuple[x509.Certificate, ...] = ()) -> str:
    """What is wrong, in one line."""
    return "; ".join(problems(bundle, now(), names=names, roots=trusted))


def other_key() -> Bundle:
    mine, another = server(), server()
    return Bundle(mine.chain, another.key)


def weak() -> Bundle:
    key = rsa.generate_private_key(65537, 1024)
    name = x509.Name([])
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), 1, now() - timedelta(1), now() + timedelta(9)
    )
    return Bundle((builder.sign(key, hashes.SHA256()),), key)


def test_a_good_one_has_no_problem() -> None:
    good = server("112.example.id")
    assert found(good, "112.example.id") == ""
    assert found(Bundle(good.chain[:1], good.key), trusted=AUTHORITY.chain) == "", "a root may be left out"


@pytest.mark.parametrize(
    ("bundle", "said"),
    [
        (other_key, "the key is another certificate's"),
        (lambda: server(ago=40), "it ended on"),
        (lambda: server(ago=-5), "it begins only at"),
        (lambda: server("other.example.id"), "it is not for 112.example.id (but for other.example.id)"),
        (
            lambda: Bundle(server().chain[:1]),
            "its issuer is missing: add the certificate of CN=ct112 Kota Contoh",
        ),
        (lambda: Bundle((*server().chain[:1], *new_authority("x", now()).chain)), "is not signed by"),
        (lambda: Bundle(tuple(reversed(server().chain))), "the certificate first, then its issuer"),
        (weak, "1024 bits"),
        (
            lambda: Bundle(AUTHORITY.chain, AUTHORITY.key),
            "it is not for 112.example.id (but for no name at all)",
        ),
    ],
)
def test_each_fault_is_named(bundle: Callable[[], Bundle], said: str) -> None:
    assert said in found(bundle(), "112.example.id")


def test_a_client_certificate_is_none_for_a_server() -> None:
    name = x509.Name([])
    key = rsa.generate_private_key(65537, 2048)
    builder = x509.CertificateBuilder(
        name, name, key.public_key(), 1, now() - timedelta(1), now() + timedelta(9)
    )
    usage = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH])
    certificate = builder.add_extension(usage, critical=False).sign(key, hashes.SHA256())
    assert "no serverAuth" in found(Bundle((certificate,), key))


def test_key_and_chain_are_read_from_one_file_in_any_order_or_from_two(tmp_path: Path) -> None:
    made = server()
    both = written(tmp_path / "both.pem", made)
    turned = tmp_path / "turned.pem"
    turned.write_bytes(b"a text of the authority\n" + made.chain_pem() + made.key_pem())
    (tmp_path / "key.pem").write_bytes(made.key_pem())
    (tmp_path / "chain.pem").write_bytes(made.chain_pem())
    for bundle in (read(both), read(turned), read(tmp_path / "chain.pem", tmp_path / "key.pem")):
        assert found(bundle) == ""
        assert bundle.chain == made.chain


def locked_key() -> bytes:
    key = server().key
    assert key is not None
    way = serialization.BestAvailableEncryption(b"secret")
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, way)


def strange_key() -> bytes:
    none = serialization.NoEncryption()
    key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, none)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (lambda: b"", "no certificate in PEM"),
        (lambda: b"\xff\x00" * 100, "no certificate in PEM"),
        (lambda: server().chain_pem(), "no private key in PEM"),
        (lambda: server().chain_pem() + locked_key(), "passphrase"),
        (lambda: server().chain_pem() + strange_key(), "neither RSA nor EC"),
        (lambda: server().pem().replace(b"MIG", b"AAA", 1), "cannot be read"),
        (lambda: server().pem()[:-200], "cut off"),
        (lambda: b"x" * (2 << 20), "far too large"),
    ],
)
def test_a_file_that_will_not_do_says_why(tmp_path: Path, text: Callable[[], bytes], said: str) -> None:
    file = tmp_path / "one.pem"
    file.write_bytes(text())
    with pytest.raises(TlsError, match=said) as trouble:
        read(file)
    assert str(file) in str(trouble.value)


def test_what_is_no_file_says_why(tmp_path: Path) -> None:
    with pytest.raises(TlsError, match="is not there"):
        read_chain(tmp_path / "none")
    with pytest.raises(TlsError, match="cannot be read"):
        read_chain(tmp_path)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/full"])
def test_a_device_is_no_certificate_and_is_not_read_for_ever(tmp_path: Path, device: str) -> None:
    link = tmp_path / "one.pem"
    link.symlink_to(device)
    with pytest.raises(TlsError, match="no plain file"):
        read_chain(link)


def test_a_link_to_a_certificate_is_read_as_one(tmp_path: Path) -> None:
    (tmp_path / "there.pem").write_bytes(server().pem())
    (tmp_path / "one.pem").symlink_to("there.pem")
    assert read(tmp_path / "one.pem").key is not None


def test_a_key_that_everybody_may_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "one.pem"
    file.write_bytes(server().pem())
    for mode, wrong in ((0o640, False), (0o644, True), (0o604, True), (0o600, False)):
        file.chmod(mode)
        assert bool(open_key(file)) is wrong, oct(mode)
    file.write_bytes(server().chain_pem())
    file.chmod(0o644)
    assert not open_key(file), "a chain is for everybody"
    assert not open_key(tmp_path / "none")
