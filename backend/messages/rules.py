"""What a message may say and how it reads: templates, links, reasons, senders. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from backend.base.errors import Refused
from backend.base.text import DEFAULT_LANGUAGE, LANGUAGES, pick_language, text
from backend.messages.models import MessagePurpose
from backend.notices.categories import CATEGORIES
from backend.people.models import ConsentPurpose

# With the mark of advertising, and every parameter as long as it may be.
TITLE_MAX_CHARACTERS = 50
BODY_MAX_CHARACTERS = 180
PARAMETERS_MAX = 8
LINK_MAX_CHARACTERS = 200
# Of the sender's name inside a text; `sender_names` hold it whole.
SENDER_MAX_CHARACTERS = 24
# Filled by the program, so that nobody writes in another's name.
SENDER = "sender"

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]{0,23})\}")
PARAMETER_NAME = re.compile(r"[a-z][a-z0-9_]{0,23}")
_LINK = re.compile(r"/[A-Za-z0-9/_.~!$&'()*+,;=:@%?#-]*")
# Phones make a link of anything that looks like one, also with a name in Japanese, or with numbers alone.
_ADDRESS = re.compile(r"://|www\.|[\w-]\.[a-z]{2,}|\d(?:\.\d{1,3}){3}")
_ZERO_WIDTH_JOINER = "\u200d"  # holds families and flags of emoji together
# Control characters, those that turn or hide text, halves of characters, and what nobody has assigned.
_HIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# What a disaster message may not lead to.
_SHOPPING_SEGMENTS = {"offers", "saved-offers", "coupons", "campaigns", "missions", "products"}


class MessageTextRefused(Refused):
    """Empty, with characters that control, hide or turn text, or with the address of a page."""


class MessageTextTooLong(Refused):
    pass


class TemplateInvalid(Refused):
    """Its texts and its parameters do not fit together; `field` says where."""


class MessageCategoryInvalid(Refused):
    """Not one of those that messages of this purpose are about."""


class MessageParamsInvalid(Refused):
    """A parameter of the template is missing, or one was given that it does not have."""


class MessageLinkForeign(Refused):
    """Not a path of our own host."""


class DisasterLinkRefused(Refused):
    """A disaster message leads to nothing that is for sale."""


@dataclass(frozen=True, slots=True)
class TemplateParameter:
    name: str
    characters_max: int


@dataclass(frozen=True, slots=True)
class RenderedMessage:
    """What a Circular says, by language: all of them for names and reasons, those of the template for the words."""

    sender_names: Mapping[str, str]
    titles: Mapping[str, str]
    bodies: Mapping[str, str]
    reasons: Mapping[str, str]


def render_message(
    *,
    purpose: str,
    titles: Mapping[str, str],
    bodies: Mapping[str, str],
    params: Mapping[str, Any],
    meant: Mapping[str, str],
    sender_names: Mapping[str, str],
) -> RenderedMessage:
    """A template's words with the parameters of a message. Both were checked when they were saved.

    A parameter is a text, or a text a language; languages that are missing fall back to Japanese. `meant`: who gets
    it, in words that stand for people, by language.
    """
    return RenderedMessage(
        sender_names=dict(sender_names),
        titles={
            language: marked(_fill(said, params, sender_names, language), purpose, language)
            for language, said in titles.items()
        },
        bodies={language: _fill(said, params, sender_names, language) for language, said in bodies.items()},
        reasons={
            language: text(
                f"message.reason.{purpose}",
                language,
                sender=pick_language(sender_names, language),
                whom=pick_language(meant, language),
            )
            for language in LANGUAGES
        },
    )


def shop_sender_names(name_ja: str, name_en: str | None) -> dict[str, str]:
    return {"ja": name_ja, "ja@easy": name_ja, "en": name_en or name_ja}


def marked(title: str, purpose: str, language: str) -> str:
    """Advertising says that it is."""
    if purpose != MessagePurpose.SHOPS:
        return title
    return text("message.advertisement", language, title=title)


def _fill(said: str, params: Mapping[str, Any], sender_names: Mapping[str, str], language: str) -> str:
    """In one pass: braces inside a parameter are only braces."""

    def value(found: re.Match[str]) -> str:
        name = found.group(1)
        if name == SENDER:
            return _shortened(pick_language(sender_names, language))
        given = params[name]
        return pick_language(given, language) if isinstance(given, Mapping) else str(given)

    return PLACEHOLDER.sub(value, said)


def _shortened(name: str) -> str:
    return name if len(name) <= SENDER_MAX_CHARACTERS else f"{name[: SENDER_MAX_CHARACTERS - 1]}…"


def check_text(given: str, *, maximum: int, field: str) -> str:
    """One line of words as they will stand on a phone. Raises MessageTextRefused, MessageTextTooLong."""
    said = tidy(given)
    if not said.strip(_ZERO_WIDTH_JOINER) or _holds_hidden(said):
        raise MessageTextRefused(field=field)
    if _holds_address(said):
        raise MessageTextRefused(field=field)
    if len(said) > maximum:
        raise MessageTextTooLong(field=field, maximum=maximum)
    return said


def tidy(given: str) -> str:
    """In one writing, with nothing around it."""
    return unicodedata.normalize("NFC", given).strip()


def _holds_address(said: str) -> bool:
    return _ADDRESS.search(unicodedata.normalize("NFKC", said).casefold()) is not None


def _holds_hidden(said: str) -> bool:
    return any(
        unicodedata.category(character) in _HIDDEN_CATEGORIES and character != _ZERO_WIDTH_JOINER
        for character in said
    )


def check_category(category: str, *, purpose: str) -> None:
    """Raises MessageCategoryInvalid."""
    known = CATEGORIES[ConsentPurpose(purpose)]
    if category not in known:
        raise MessageCategoryInvalid(field="category", known=", ".join(known))


def refuse_addresses(words: RenderedMessage) -> None:
    """Parts that are harmless alone may name a page together. Raises MessageTextRefused."""
    for said in (*words.titles.values(), *words.bodies.values()):
        if _holds_address(said):
            raise MessageTextRefused(field="params")


def check_params(
    parameters: Sequence[TemplateParameter], params: Mapping[str, Any]
) -> dict[str, str | dict[str, str]]:
    """As a message keeps them.

    Raises MessageParamsInvalid, MessageTextRefused, MessageTextTooLong, naming `params.<name>`.
    """
    known = {parameter.name: parameter for parameter in parameters}
    for name in params:
        if name not in known:
            raise MessageParamsInvalid(field=f"params.{name}", names=", ".join(known))
    return {name: _check_param(parameter, params.get(name)) for name, parameter in known.items()}


def _check_param(parameter: TemplateParameter, given: Any) -> str | dict[str, str]:
    field, maximum = f"params.{parameter.name}", parameter.characters_max
    if isinstance(given, Mapping):
        if DEFAULT_LANGUAGE not in given or not set(given) <= set(LANGUAGES):
            raise MessageParamsInvalid(field=field, names=", ".join(LANGUAGES))
        return {
            language: check_text(said, maximum=maximum, field=f"{field}.{language}")
            for language, said in given.items()
        }
    if not isinstance(given, str):
        raise MessageParamsInvalid(field=field, names=parameter.name)
    return check_text(given, maximum=maximum, field=field)


def check_template(
    *,
    purpose: str,
    titles: Mapping[str, str],
    bodies: Mapping[str, str],
    parameters: Sequence[TemplateParameter],
) -> None:
    """Whatever its parameters will be, it fits on a phone.

    Raises TemplateInvalid, MessageTextRefused, MessageTextTooLong, naming the text.
    """
    names = [parameter.name for parameter in parameters]
    if len(set(names)) < len(names) or len(names) > PARAMETERS_MAX or SENDER in names:
        raise TemplateInvalid(field="parameters")
    for index, parameter in enumerate(parameters):
        if not PARAMETER_NAME.fullmatch(parameter.name) or parameter.characters_max < 1:
            raise TemplateInvalid(field=f"parameters.{index}")
    if DEFAULT_LANGUAGE not in titles or set(titles) != set(bodies) or not set(titles) <= set(LANGUAGES):
        raise TemplateInvalid(field="titles")
    for language in titles:
        used = _check_words(purpose, titles[language], "titles", TITLE_MAX_CHARACTERS, language, parameters)
        used |= _check_words(purpose, bodies[language], "bodies", BODY_MAX_CHARACTERS, language, parameters)
        if used - {SENDER} != set(names):
            raise TemplateInvalid(field=f"bodies.{language}")
        if purpose == MessagePurpose.SHOPS and SENDER not in used:
            raise TemplateInvalid(field=f"bodies.{language}")


def _check_words(
    purpose: str,
    said: str,
    field: str,
    maximum: int,
    language: str,
    parameters: Sequence[TemplateParameter],
) -> set[str]:
    """The names that a text uses."""
    place = f"{field}.{language}"
    longest = {parameter.name: parameter.characters_max for parameter in parameters}
    longest[SENDER] = SENDER_MAX_CHARACTERS
    used = set(PLACEHOLDER.findall(said))
    rest = PLACEHOLDER.sub("", said)
    if not used <= set(longest) or "{" in rest or "}" in rest:
        raise TemplateInvalid(field=place)
    filled = check_text(
        PLACEHOLDER.sub(lambda found: "あ" * longest[found.group(1)], said), maximum=maximum, field=place
    )
    if field == "titles":
        check_text(marked(filled, purpose, language), maximum=maximum, field=place)
    return used


def check_link(link: str, *, public_url: str, field: str = "link") -> str:
    """The path of our own host that a link names, as it is kept.

    `link`: such a path, or a whole address that begins with `public_url`. Raises MessageLinkForeign.
    """
    path = link
    if not link.startswith("/"):
        own, parts = urlsplit(public_url), _split(link)
        if parts is None or (parts.scheme, parts.netloc) != (own.scheme, own.netloc) or not parts.netloc:
            raise MessageLinkForeign(field=field)
        path = link[len(f"{parts.scheme}://{parts.netloc}") :] or "/"
    plain = unquote(path)
    if (
        len(path) > LINK_MAX_CHARACTERS
        or not _LINK.fullmatch(path)
        or "%" in plain  # encoded twice
        or "//" in plain
        or "\\" in plain
        or ".." in plain
        or not plain.isprintable()
    ):
        raise MessageLinkForeign(field=field)
    return path


def _split(link: str) -> SplitResult | None:
    """None: no address that every browser reads alike."""
    try:
        return urlsplit(link) if link.isascii() and link.isprintable() else None
    except ValueError:  # a bracket that is not closed
        return None


def refuse_shopping_link(path: str, *, field: str = "link") -> None:
    """Raises DisasterLinkRefused."""
    # A path in the query or the fragment too: apps find their way by those as well.
    segments = re.findall(r"/([a-z0-9_-]+)", unquote(path).casefold())
    if _SHOPPING_SEGMENTS & set(segments):
        raise DisasterLinkRefused(field=field)
