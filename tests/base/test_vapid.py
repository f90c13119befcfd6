"""The key for web push, and what is signed with it."""

from pathlib import Path

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from backend.base.vapid import ORIGINS_MAX, SIGNATURE_SECONDS, Vapid
from backend.base.vapid_keys import make_private_key, read_web_push_key

PEM = make_private_key()
ORIGIN = "https://fcm.googleapis.com"


def pem_of(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, password: bytes | None = None) -> bytes:
    secured = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secured)


class TestVapid:
    def test_says_the_same_for_half_of_its_time(self, clock: time_machine.Traveller) -> None:
        vapid = Vapid(PEM, "mailto:it@city.example")
        first = vapid.authorization(ORIGIN)
        clock.shift(SIGNATURE_SECONDS / 2)

        assert vapid.authorization(ORIGIN) == first

    def test_signs_anew_before_it_ends(self, clock: time_machine.Traveller) -> None:
        vapid = Vapid(PEM, "mailto:it@city.example")
        first = vapid.authorization(ORIGIN)
        clock.shift(SIGNATURE_SECONDS / 2 + 1)

        assert vapid.authorization(ORIGIN) != first

    def test_says_something_else_to_each_service(self) -> None:
        vapid = Vapid(PEM, "https://city.example")

        assert vapid.authorization(ORIGIN) != vapid.authorization("https://web.push.apple.com")

    def test_remembers_no_more_services_than_there_are(self) -> None:
        vapid = Vapid(PEM, "https://city.example")

        for number in range(ORIGINS_MAX + 5):
            vapid.authorization(f"https://{number}.push.apple.com")

        assert len(vapid._said) <= ORIGINS_MAX

    @pytest.mark.parametrize("subject", ["", "it@city.example", "http://city.example"])
    def test_wants_somebody_who_can_be_reached(self, subject: str) -> None:
        with pytest.raises(ValueError, match="VAPID_SUBJECT"):
            Vapid(PEM, subject)


class TestReadWebPushKey:
    def test_without_a_file_there_is_none(self) -> None:
        assert read_web_push_key(None) is None

    def test_is_a_point_in_base64url(self, tmp_path: Path) -> None:
        (tmp_path / "vapid.pem").write_bytes(PEM)

        assert len(read_web_push_key(tmp_path / "vapid.pem") or "") == 87

    @pytest.mark.parametrize(
        "pem",
        [
            b"",
            b"nonsense",
            pem_of(rsa.generate_private_key(65_537, 2048)),
            pem_of(ec.generate_private_key(ec.SECP384R1())),
            pem_of(ec.generate_private_key(ec.SECP256R1()), b"password"),
        ],
        ids=["empty", "nonsense", "rsa", "p384", "locked"],
    )
    def test_refuses_another_key(self, tmp_path: Path, pem: bytes) -> None:
        (tmp_path / "vapid.pem").write_bytes(pem)

        with pytest.raises(ValueError, match="VAPID key"):
            read_web_push_key(tmp_path / "vapid.pem")
