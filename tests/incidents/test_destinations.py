"""What a way may lead to: no address that only this machine or this house reaches, unless it was allowed."""

from ipaddress import ip_address, ip_network

import pytest

from ct112.incidents.agencies import Way, WayKind
from ct112.incidents.destinations import forbidden, is_email, number_trouble, url_trouble, ways_trouble

HOUSE = (ip_network("10.112.0.0/16"), ip_network("127.0.0.0/8"))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1"),
        *("169.254.169.254", "224.0.0.1", "239.1.1.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
        *("240.0.0.1", "::", "::1", "fe80::1", "fd00::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
        "2001:0:4136:e378:8000:63bf:80ff:fffe",  # Teredo to 127.0.0.1
    ],
)
def test_nothing_is_sent_into_a_network_of_the_house_or_around_to_it(address: str) -> None:
    assert forbidden(ip_address(address), ())
    host = f"[{address}]" if ":" in address else address
    assert url_trouble(f"https://{host}/", ()) is not None


@pytest.mark.parametrize("address", ["8.8.8.8", "103.28.12.1", "2400:cb00::1", "::ffff:8.8.8.8"])
def test_the_public_internet_is_reached(address: str) -> None:
    assert not forbidden(ip_address(address), ())


def test_an_allowed_network_is_reached_and_its_neighbour_is_not() -> None:
    assert not forbidden(ip_address("10.112.3.4"), HOUSE)
    assert not forbidden(ip_address("::ffff:10.112.3.4"), HOUSE)
    assert forbidden(ip_address("10.113.3.4"), HOUSE)
    assert forbidden(ip_address("::1"), HOUSE)
    assert url_trouble("http://127.0.0.1:8200/hook", HOUSE) is None
    assert url_trouble("http://10.113.0.1/hook", HOUSE) is not None


@pytest.mark.parametrize(
    "url",
    [
        *("", "x", "https://", "https:///path", "ftp://a.example/", "file:///etc/passwd", "//a.example/"),
        *("javascript:alert(1)", "gopher://a.example/", "https://user@a.example/", "https://u:p@a.example/"),
        *("https://a.example/#x", "https://a.example/#", "https://a.example:0/", "https://a.example:99999/"),
        *("https://a.example:port/", "http://a.example/", "https://a b.example/", "https://a.example/\nX: y"),
        *("https://a.example\\@127.0.0.1/", "https://[::1", "https://[::1%25lo]/", "https://127.1/"),
        *("https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/", "https://127.0.0.1./"),
        *("https://-a.example/", "https://a..example/", "https://münchen.example/", "https://a_b.example/"),
        "https://a.example/" + "x" * 500,
    ],
)
def test_what_is_no_url_of_a_receiver_is_refused_with_a_remedy(url: str) -> None:
    trouble = url_trouble(url, ())
    assert trouble is not None
    assert all(trouble)


@pytest.mark.parametrize(
    "url",
    [
        "https://damkar.example.org/ct112",
        "https://a.example:8443/x?y=z",
        "https://8.8.8.8/",
        "https://A.example.",
    ],
)
def test_a_url_of_a_receiver_is_taken(url: str) -> None:
    assert url_trouble(url, ()) is None


@pytest.mark.parametrize("email", ["piket@example.org", "a.b+c@x-y.example.co.id", "A@b.cd"])
def test_an_address_of_a_mailbox_is_taken(email: str) -> None:
    assert is_email(email)


@pytest.mark.parametrize(
    "email",
    [
        *("", "a", "a@", "@b.cd", "a@b", "a@b.cd\n", "a@b.cd\r\nBcc: x@y.z", "a@b.cd, x@y.z", "a b@c.de"),
        *("<a@b.cd>", "a@@b.cd", "a..b@c.de", ".a@b.cd", "a@-b.cd", "a@b.cd.", '"a"@b.cd', "a@[127.0.0.1]"),
        *("x" * 65 + "@b.cd", "a@" + "b" * 250 + ".cd", "ä@b.cd", "a@b.cd;x"),
    ],
)
def test_what_could_break_a_mail_is_refused(email: str) -> None:
    assert not is_email(email)


@pytest.mark.parametrize("number", ["0285421234", "+62285421234", "113", "081234567890"])
def test_a_number_is_taken(number: str) -> None:
    assert number_trouble(number) is None


@pytest.mark.parametrize(
    "number",
    ["", "1", "+", "02", "0285-421", "0285 421", "*21*081#", "112", "0112", "+62112", "1" * 16, "১২৩"],
)
def test_what_is_no_number_and_112_itself_are_refused(number: str) -> None:
    assert number_trouble(number) is not None


def test_each_wrong_field_of_a_way_is_named_and_its_value_is_not_repeated() -> None:
    ways = [
        Way(kind=WayKind.WEBHOOK, url="https://127.0.0.1/", secret="short"),
        Way(kind=WayKind.WEBHOOK, url="https://a.example/"),
        Way(kind=WayKind.PAGE, number="0285421234"),
        Way(kind=WayKind.EMAIL, address="nobody"),
        Way(kind=WayKind.PHONE, number="112", within_seconds=1),
        Way(kind=WayKind.CENTRE),
        Way(kind=WayKind.PHONE),
        Way(kind=WayKind.PHONE),
    ]
    found = ways_trouble(ways, ())
    assert [field for field, *_ in found] == [
        *("ways.0.url", "ways.0.secret", "ways.1.secret", "ways.2.number", "ways.3.address"),
        *("ways.4.number", "ways.4.within_seconds", "ways.5.secret", "ways.5.url", "ways.7"),
    ]
    assert not any(value in str(found) for value in ("127.0.0.1", "short", "nobody", "0285421234"))


def test_ways_that_are_right_have_no_trouble_and_there_is_an_end_to_them() -> None:
    good = [
        Way(kind=WayKind.PAGE),
        Way(kind=WayKind.WEBHOOK, url="https://a.example/", secret="x" * 16),
        Way(kind=WayKind.EMAIL),
        Way(kind=WayKind.PHONE, number="113", within_seconds=60),
        Way(kind=WayKind.CENTRE, url="https://b.example/", secret="x" * 200),
    ]
    assert ways_trouble(good, ()) == []
    many = [Way(kind=WayKind.PHONE, number=f"02854210{number:02d}") for number in range(11)]
    assert [field for field, *_ in ways_trouble(many, ())] == ["ways"]
