"""Pure rules about people: how a login is written, what a password must be, which consent counts."""

import hmac
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import idna
import phonenumbers
import pyotp

from backend.base.errors import Refused
from backend.people.models import ConsentPurpose
from backend.people.passwords_known import KNOWN_PASSWORDS

NICKNAME_MAX_CHARACTERS = 40
LIST_NAME_MAX_CHARACTERS = 60
EMAIL_MAX_CHARACTERS = 254
PASSWORD_MIN_CHARACTERS = 10
PASSWORD_MAX_CHARACTERS = 200
TOTP_STEP_SECONDS = 30
# Of fewer people than this no count is told to a shop.
FEW_PEOPLE = 10

# Dots anywhere: Japanese carriers once gave out addresses with dots in a row and before the @.
_LOCAL_PART = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_ZERO_WIDTH_JOINER = "\u200d"  # holds families and flags of emoji together
_HIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


class LoginMalformed(Refused):
    """Neither an e-mail address nor a phone number."""


class NicknameRefused(Refused):
    """Nothing visible is left of it, or too much."""


class MemberListNameRefused(Refused):
    """Nothing visible is left of it, or too much."""


class PasswordTooWeak(Refused):
    """Too short, too long, too well known, or the same as the login or the name."""


class TermsConsentRequired(Refused):
    """Nobody takes part without consent to the terms in force."""


class ConsentVersionOutdated(Refused):
    """Consent is to the texts in force; `version` names them."""


class TermsNotWithdrawable(Refused):
    """Who no longer agrees to the terms leaves: DELETE /v1/me."""


@dataclass(frozen=True, slots=True)
class Login:
    """What one signs in with: `kind` email or phone; `subject` in its one normal writing."""

    kind: str
    subject: str


def normalise_email(given: str) -> str:
    """Lower case, the domain in ASCII (IDNA 2008). Raises LoginMalformed."""
    local, at_sign, domain = unicodedata.normalize("NFKC", given).strip().lower().rpartition("@")
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode()
    except UnicodeError as error:
        raise LoginMalformed(field="email") from error
    email = f"{local}@{ascii_domain}"
    is_host = "." in ascii_domain and not ascii_domain.endswith(".")
    if not at_sign or not is_host or not _LOCAL_PART.fullmatch(local) or len(email) > EMAIL_MAX_CHARACTERS:
        raise LoginMalformed(field="email")
    return email


def normalise_phone(given: str) -> str:
    """E.164; without a country it is a Japanese number. Raises LoginMalformed."""
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", given), "JP")
    except phonenumbers.NumberParseException as error:
        raise LoginMalformed(field="phone") from error
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise LoginMalformed(field="phone")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def normalise_login(given: str) -> Login:
    """An e-mail address if it holds an @, else a phone number. Raises LoginMalformed."""
    try:
        if "@" in unicodedata.normalize("NFKC", given):
            return Login("email", normalise_email(given))
        return Login("phone", normalise_phone(given))
    except LoginMalformed as error:
        raise LoginMalformed(field="login") from error


def fold_login(given: str) -> str:
    """One text for all writings of a login, for counting tries; anything else folds to lower case."""
    try:
        return normalise_login(given).subject
    except LoginMalformed:
        return given.strip().casefold()


def normalise_nickname(given: str) -> str:
    """One line without characters that hide or turn text. Raises NicknameRefused."""
    nickname = one_line(given)
    if not 0 < len(nickname) <= NICKNAME_MAX_CHARACTERS:
        raise NicknameRefused(field="nickname", maximum=NICKNAME_MAX_CHARACTERS)
    return nickname


def normalise_list_name(given: str) -> str:
    """Likewise. Raises MemberListNameRefused."""
    name = one_line(given)
    if not 0 < len(name) <= LIST_NAME_MAX_CHARACTERS:
        raise MemberListNameRefused(field="name", maximum=LIST_NAME_MAX_CHARACTERS)
    return name


def normalise_district(given: str | None) -> str | None:
    """As messages and campaigns name it; None: nothing was declared."""
    return " ".join((given or "").split()) or None


def one_line(given: str) -> str:
    """Without characters that hide or turn text; empty when nothing visible is left."""
    seen = "".join(
        " " if character.isspace() else character
        for character in given
        if character.isspace()
        or character == _ZERO_WIDTH_JOINER
        or unicodedata.category(character) not in _HIDDEN_CATEGORIES
    )
    line = " ".join(unicodedata.normalize("NFC", seen).split())
    return line if line.strip(_ZERO_WIDTH_JOINER) else ""


def fold_password(given: str) -> str:
    """The same password from any keyboard: full-width letters are the plain ones."""
    return unicodedata.normalize("NFKC", given)


def check_password(given: str, *, names: Collection[str], field: str = "password") -> str:
    """The folded password. `names` are what others guess: login, nickname. Raises PasswordTooWeak."""
    password = fold_password(given)
    folded = password.casefold().strip()
    guessable = {name.casefold() for name in names} | {name.partition("@")[0].casefold() for name in names}
    if (
        not PASSWORD_MIN_CHARACTERS <= len(password) <= PASSWORD_MAX_CHARACTERS
        or folded in KNOWN_PASSWORDS
        or folded in guessable
        or len(set(folded)) < 4
    ):
        raise PasswordTooWeak(field=field, minimum=PASSWORD_MIN_CHARACTERS)
    return password


def check_first_consents(given: Mapping[str, str], *, terms_version: str) -> None:
    """`given`: purpose → version. Raises TermsConsentRequired, ConsentVersionOutdated."""
    if ConsentPurpose.TERMS not in given:
        raise TermsConsentRequired(field="consents", version=terms_version)
    for version in given.values():
        check_consent_version(version, terms_version=terms_version)


def check_consent_version(version: str | None, *, terms_version: str) -> None:
    """All texts of consent carry one version, TERMS_VERSION. Raises ConsentVersionOutdated."""
    if version != terms_version:
        raise ConsentVersionOutdated(field="version", version=terms_version)


def matching_totp_step(secret: str, code: str, *, at: datetime, last_step: int | None) -> int | None:
    """The 30-second step whose code this is, if it is now or next to it and after the last one accepted."""
    generator = pyotp.TOTP(secret)
    now = int(at.timestamp()) // TOTP_STEP_SECONDS
    matching = [step for step in _steps_near(now) if hmac.compare_digest(generator.generate_otp(step), code)]
    fresh = [step for step in matching if last_step is None or step > last_step]
    return fresh[0] if fresh else None


def _steps_near(step: int) -> Sequence[int]:
    """A clock may be half a minute off, either way."""
    return (step, step - 1, step + 1)


def group_join_code(code: str) -> str:
    """For a poster: two halves."""
    middle = len(code) // 2
    return f"{code[:middle]}-{code[middle:]}"


def read_join_code(given: str) -> str:
    """As people type it: small letters, full width, spaces, hyphens."""
    return re.sub(r"[\s\-‐‑–−ー]", "", unicodedata.normalize("NFKC", given)).upper()


def shown_count(count: int) -> int | None:
    """None where so few are meant that one of them could be guessed."""
    return None if count < FEW_PEOPLE else count
