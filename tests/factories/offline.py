"""A telephone without a network, written from the guide alone and not from our code."""

import hashlib
import hmac
import time
from dataclasses import dataclass
from typing import Any

from stdnum import damm

from tests.support.client import ApiClient

PATH = "/v1/me/offline-code-keys"
INSTALLATION = "7b0c1f1a-2f0e-4a57-9d3e-5b8f0b6f6a11"


@dataclass(frozen=True)
class Telephone:
    """`late`: by how many seconds its clock is."""

    number: str
    secret: str
    id: str = ""
    late: int = 0

    def show(self, mode: str = "earn", *, at: float | None = None) -> str:
        """The digits on its screen."""
        step = int((time.time() if at is None else at) - self.late) // 60
        said = f"meguri-offline-code:1:{self.number}:{step}:{mode}".encode()
        digest = hmac.new(bytes.fromhex(self.secret), said, hashlib.sha256).digest()
        proof = int.from_bytes(digest[:8], "big") % 100_000_000
        digits = f"{self.number}{proof:08d}"
        return digits + str(damm.calc_check_digit(digits))


def enrol(
    citizen: ApiClient, *, late: int = 0, installation_id: str = INSTALLATION, **body: Any
) -> Telephone:
    response = citizen.post(PATH, {"installation_id": installation_id, **body})
    assert response.status_code == 201, response.get_json()
    key = response.get_json()
    return Telephone(key["number"], key["secret"], key["id"], late)
