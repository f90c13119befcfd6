"""VAPID (RFC 8292): what this server signs for each push service, so that it knows who posts."""

import threading
import time
from pathlib import Path

import jwt

from backend.base.vapid_keys import SUBJECT_BEGINNINGS, public_key_of, read_private_key

# A push service takes at most a day.
SIGNATURE_SECONDS = 12 * 3600
ORIGINS_MAX = 100


class Vapid:
    """Signs for each push service seldom, and says the same again until half its time is over."""

    def __init__(self, pem: bytes, subject: str) -> None:
        """`subject`: where a push service reaches whoever runs this. Raises ValueError."""
        if not subject.startswith(SUBJECT_BEGINNINGS):
            raise ValueError("VAPID_SUBJECT must begin with mailto: or https://")
        self._key = read_private_key(pem)
        self._subject = subject
        self._public_key = public_key_of(self._key)
        self._lock = threading.Lock()
        self._said: dict[str, tuple[float, str]] = {}

    @classmethod
    def load(cls, file: Path, subject: str) -> "Vapid":
        """Raises OSError, ValueError."""
        return cls(file.read_bytes(), subject)

    def authorization(self, origin: str) -> str:
        """The header for a push service, `https://host`."""
        now = time.time()
        with self._lock:
            expires, said = self._said.get(origin, (0.0, ""))
            if expires - now < SIGNATURE_SECONDS / 2:
                expires = now + SIGNATURE_SECONDS
                claims = {"aud": origin, "exp": int(expires), "sub": self._subject}
                said = f"vapid t={jwt.encode(claims, self._key, algorithm='ES256')}, k={self._public_key}"
                if len(self._said) >= ORIGINS_MAX:  # whoever registers chooses names under a push service's
                    self._said.clear()
                self._said[origin] = expires, said
        return said
