"""Signed histories inside pictures are read where the extra is installed, and shown with care."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.test import Client

from reports.evidence.queries import reading_of
from tests.factories import NOW, World, a_case, an_accepted_report, an_incident, an_item
from tests.pictures import photo
from verification.incidents.actions import link_report

c2pa = pytest.importorskip("c2pa", reason="the optional extra requirements/extra-c2pa.lock")


def certified(name: str, key: Any, *, by: tuple[Any, Any] | None = None) -> x509.Certificate:
    """Return a certificate as C2PA wants it: of the maker, or of the root that vouches for it."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, name),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Nobody"),
        ]
    )
    issuer, issuer_key = by or (subject, key)
    root, now = by is None, dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.BasicConstraints(root, None), True)
        .add_extension(
            x509.KeyUsage(True, False, False, False, False, root, root, False, False), True
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    )
    if not root:
        made = made.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False
        )
    return made.sign(issuer_key, hashes.SHA256())


@pytest.fixture(scope="module")
def signed() -> bytes:
    """A photograph with a history signed by a maker nobody knows."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _n in range(2))
    root = certified("Root", root_key)
    leaf = certified("CANARY SIGNER", key, by=(root.subject, root_key))
    pem = serialization.Encoding.PEM
    chain = leaf.public_bytes(pem) + root.public_bytes(pem)
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", chain, secret, None))
    captured = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
    made = {"action": "c2pa.created", "digitalSourceType": captured}
    builder = c2pa.Builder(
        {
            "claim_generator_info": [{"name": "Field Camera", "version": "1"}],
            "assertions": [{"label": "c2pa.actions", "data": {"actions": [made]}}],
        }
    )
    out = BytesIO()
    builder.sign(signer, "image/jpeg", BytesIO(photo()), out)
    return out.getvalue()


def read(world: World, content: bytes) -> Any:
    item = an_item(world, an_accepted_report(world), content)
    return item, reading_of(item)


@pytest.mark.django_db
class TestReading:
    def test_a_history_that_fits_its_file(self, world: World, signed: bytes) -> None:
        _item, reading = read(world, signed)
        assert reading.outcome == "copied"
        assert reading.history == {
            "state": "valid",
            "maker": "Field Camera 1",
            "signer": "CANARY SIGNER",
            "signed_at": "",
            "actions": ["c2pa.created"],
        }

    def test_a_file_changed_after_it_was_signed(self, world: World, signed: bytes) -> None:
        changed = bytearray(signed)
        changed[-40] ^= 1
        _item, reading = read(world, bytes(changed))
        assert reading.history["state"] == "invalid"

    def test_most_files_have_none(self, world: World) -> None:
        _item, reading = read(world, photo())
        assert (reading.outcome, reading.history) == ("copied", {})


@pytest.mark.django_db
def test_those_at_the_desk_see_who_signed_and_the_panel_does_not(
    world: World, signed: bytes, client: Client
) -> None:
    report = an_accepted_report(world)
    item = an_item(world, report, signed)
    client.force_login(world.triage)
    page = client.get(f"/evidence/{item.code}/").content.decode()
    assert "CANARY SIGNER" in page and "not changed since" in page
    incident = an_incident(world)
    link_report(report=report, incident=incident, why="The same.", by=world.triage, at=NOW)
    case = a_case(world, incident)
    client.force_login(case.seats.order_by("number").first().reviewer)
    page = client.get(f"/evidence/{item.code}/").content.decode()
    assert "not changed since" in page and "CANARY SIGNER" not in page
