"""What every request stands on, built once by create_app."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app

from backend.base.database import Database
from backend.base.secrets import Vault
from backend.claims.readers import ReceiptReader
from backend.claims.terms import ClaimTerms
from backend.config import Settings
from backend.notices.terms import NoticeTerms
from backend.organisations.regions import Region


@dataclass(frozen=True, slots=True)
class Ground:
    settings: Settings
    database: Database
    vault: Vault
    region: Region
    receipt_reader: ReceiptReader
    claim_terms: ClaimTerms
    notice_terms: NoticeTerms
    # The public one of the key that signs web pushes; None where there is none.
    web_push_key: str | None
    # Verifies a Firebase ID token and gives its user; None where the embedded provider signs citizens in.
    verify_firebase_token: Callable[[str], str] | None


def lay_ground(app: Flask, ground: Ground) -> None:
    app.extensions["meguri"] = ground


def ground_of(app: Flask | None = None) -> Ground:
    found: Ground = (app or current_app).extensions["meguri"]
    return found
