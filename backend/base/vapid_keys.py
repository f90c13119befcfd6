"""The key by which push services know this server (RFC 8292): made, read, and its public half told to browsers."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from backend.base.subscriptions import encode

SUBJECT_BEGINNINGS = ("mailto:", "https://")


def make_private_key() -> bytes:
    """A new key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_private_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    """Raises ValueError."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:  # TypeError: it has a password
        raise ValueError("the VAPID key is no private key in PEM without a password") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("the VAPID key is not of the curve P-256")
    return key


def public_key_of(key: ec.EllipticCurvePrivateKey) -> str:
    """What a browser is given as `applicationServerKey`, in base64url."""
    return encode(key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def read_web_push_key(file: Path | None) -> str | None:
    """The public key of a file's private one. Raises OSError, ValueError."""
    return None if file is None else public_key_of(read_private_key(file.read_bytes()))
