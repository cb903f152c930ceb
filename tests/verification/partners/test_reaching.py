"""Whom a message can reach: no private address, by no name and in no disguise."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from verification.partners.reaching import Blocked, address_for, send
from verification.partners.rules import fault_of, is_public, next_try

PRIVATE = (
    *("127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
    *("::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "fec0::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1"),
    *("::127.0.0.1", "nonsense", "0.0.0.0.", "127.1", "0x7f000001", "2130706433", ""),
)


@pytest.mark.parametrize("address", PRIVATE)
def test_none_of_these_is_of_the_open_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111"])
def test_these_are(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/", "ftp://example.org/", "https://", "example.org", "//x", ""),
        *("https://u:p@example.org/", "https://u@example.org/", "https://example.org/#a"),
        *("https://example.org:22/", "https://example.org:0/", "https://example.org:99999/"),
        *("https://10.0.0.1/", "https://[::1]/", "https://[::ffff:8.8.8.8]/", "https://[x/"),
        *("https://a\r\nX: y/", "https://a b/", "https://éxample.org/", "https://a\\@b/"),
        *("https://a..b/", "https://.a/", "https://./", "https://a../", f"https://{'a' * 64}.b/"),
        "https://" + "a." * 127 + "example/",
        *("https://127.0.0.1/", "http://localhost/", "https://example.org/" + "a" * 500),
    ],
)
def test_these_addresses_cannot_be_registered(url: str) -> None:
    assert fault_of(url, loopback=False)


@pytest.mark.parametrize(
    "url", ["https://example.org/a?b=c", "https://example.org:8443", "https://example.org./"]
)
def test_these_can(url: str) -> None:
    assert fault_of(url, loopback=False) == ""


def _looked_up(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Have the names of these tests lead to these addresses; return what is looked up."""
    asked: list[str] = []

    def found(host: str, port: int, **_options: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    return asked


@pytest.mark.parametrize("addresses", [("10.0.0.1",), ("8.8.8.8", "127.0.0.1"), ("::1",), ()])
def test_a_name_that_leads_inside_is_blocked(
    monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]
) -> None:
    _looked_up(monkeypatch, *addresses)
    assert send("https://inside.example/", b"{}", {}, loopback=False).outcome == "blocked"
    assert send("https://inside.example/", b"{}", {}, loopback=True).outcome == "blocked"


@pytest.mark.parametrize("host", ["a..b", "a" * 64 + ".example"])
def test_a_name_no_line_can_carry_is_not_reached(host: str) -> None:
    assert send(f"https://{host}/", b"{}", {}, loopback=False).outcome == "unreachable"


def test_a_name_is_looked_up_once_and_that_address_is_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = _looked_up(monkeypatch, "8.8.8.8")
    reached: list[Any] = []

    def connected(address: Any, **_options: Any) -> Any:
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connected)
    assert send("https://out.example/", b"{}", {}, loopback=False).outcome == "unreachable"
    assert (asked, reached) == (["out.example"], [("8.8.8.8", 443)])


def test_this_machine_is_reached_only_where_that_is_set() -> None:
    assert address_for("127.0.0.1", 1, loopback=True) == "127.0.0.1"
    with pytest.raises(Blocked):
        address_for("127.0.0.1", 1, loopback=False)


@pytest.fixture
def own_certificate(tmp_path: Path) -> Iterator[int]:
    """A server over TLS whose certificate nobody vouches for; its port."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "both.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with socket.create_server(("127.0.0.1", 0)) as door:

        def answer() -> None:
            try:
                line, _who = door.accept()
                with line:
                    context.wrap_socket(line, server_side=True)
            except OSError:
                return

        threading.Thread(target=answer, daemon=True).start()
        yield door.getsockname()[1]


def test_a_certificate_nobody_vouches_for_is_refused(own_certificate: int) -> None:
    url = f"https://127.0.0.1:{own_certificate}/"
    assert send(url, b"{}", {}, loopback=True, patience=2).outcome == "tls"


def test_bytes_that_drip_end_in_time() -> None:
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:

        def drip() -> None:
            line, _who = door.accept()
            with line:
                try:
                    line.sendall(b"HTTP/1.1 200 OK\r\n")
                    while not over.wait(0.05):
                        line.sendall(b"a: b\r\n")
                except OSError:
                    return

        threading.Thread(target=drip, daemon=True).start()
        url = f"http://127.0.0.1:{door.getsockname()[1]}/"
        found = send(url, b"{}", {}, loopback=True, patience=0.3)
        over.set()
    assert found.outcome == "timeout"
    assert found.took_ms < 2000


def test_waits_grow_and_no_two_messages_wait_alike() -> None:
    import uuid

    at = datetime(2020, 10, 11, tzinfo=UTC)
    one, other = uuid.UUID(int=1), uuid.UUID(int=2)
    waits = [(next_try(one, n, at) - at).total_seconds() for n in range(1, 7)]
    assert waits == sorted(waits)
    assert 4 <= waits[0] <= 6
    assert next_try(one, 3, at) != next_try(other, 3, at)
    assert next_try(one, 3, at) == next_try(one, 3, at)
