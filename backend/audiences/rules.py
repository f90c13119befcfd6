"""What an audience's description may say: read, checked, and written in one canonical form. Pure.

A description is `{}` (everybody), one condition (`{"district": ["鳥取"]}`, see `conditions`), or a composition of
descriptions: `{"all": [...]}`, `{"any": [...]}`, `{"not": ...}`.
"""

import re
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from backend.audiences.conditions import (
    KIND_BY_CLASS,
    KIND_BY_NAME,
    KINDS,
    Citizens,
    Condition,
    FavouriteShops,
    LastPurchase,
    OnMemberLists,
    StampProgress,
    VisitedShops,
)
from backend.base.errors import Refused
from backend.campaigns.rules.parts import RuleContradictory
from backend.organisations.regions import Region

DEPTH_MAX = 5
CONDITIONS_MAX = 20
PARTS_MAX = 40
PATH = "audience"
SHOP, MEMBER_LIST, CAMPAIGN = "shop", "list", "campaign"
# Of a key that nobody knows.
KEY_SHOWN_CHARACTERS = 40


class AudienceInvalid(Refused):
    """The description contradicts itself or names something that does not exist; `field` says where."""


@dataclass(frozen=True, slots=True)
class All:
    of: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    of: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    of: "Node"


Node = All | AnyOf | Not | Condition


@dataclass(frozen=True, slots=True)
class Audience:
    """`node` None: everybody."""

    node: Node | None = None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return () if self.node is None else tuple(conditions_of(self.node))


@dataclass(frozen=True, slots=True)
class Mention:
    """What a description names by its id, and where."""

    field: str
    noun: str
    ids: frozenset[uuid.UUID]


def read_audience(
    document: Mapping[str, Any], *, region: Region, shop_id: uuid.UUID | None = None
) -> Audience:
    """From the JSON document of a message. With `shop_id`: only what that shop may ask for.

    Whether the lists are its own, and whether what is named is there at all: `service.check_audience`.
    Raises AudienceInvalid.
    """
    return read_with_mentions(document, region=region, shop_id=shop_id)[0]


def read_with_mentions(
    document: Mapping[str, Any], *, region: Region, shop_id: uuid.UUID | None = None
) -> tuple[Audience, Sequence[Mention]]:
    """Likewise, with all that it names."""
    if not isinstance(document, Mapping):
        raise AudienceInvalid(field=PATH)
    if not document:
        return Audience(), ()
    reader = _Reader(region, shop_id)
    try:
        node, _ = reader.read(document, PATH, DEPTH_MAX)
    except RuleContradictory as error:
        raise AudienceInvalid(field=re.sub(r"\.(\d+)", r"[\1]", error.field or PATH)) from error
    return Audience(node), reader.mentions


def write_audience(audience: Audience) -> dict[str, Any]:
    """The canonical document: reading it gives the same audience, and the same audience is always written so."""
    return {} if audience.node is None else _write(audience.node)


def mentioned(condition: Condition) -> tuple[str, str, frozenset[uuid.UUID]]:
    """What a condition names: the noun, where in its document, the ids. Without a noun: nothing."""
    match condition:
        case FavouriteShops():
            return SHOP, "", condition.shop_ids
        case VisitedShops() | LastPurchase():
            return SHOP, ".shop_ids", condition.shop_ids
        case OnMemberLists():
            return MEMBER_LIST, "", condition.list_ids
        case StampProgress():
            return CAMPAIGN, ".campaign_id", frozenset({condition.campaign_id})
    return "", "", frozenset()


def conditions_of(node: Node) -> Iterator[Condition]:
    match node:
        case All() | AnyOf():
            for inner in node.of:
                yield from conditions_of(inner)
        case Not():
            yield from conditions_of(node.of)
        case Condition():
            yield node


class _Reader:
    """One reading: counts what it has met. Its errors are those of `parts`, with the path."""

    def __init__(self, region: Region, shop_id: uuid.UUID | None) -> None:
        self._region = region
        self._shop_id = shop_id
        self._conditions_left = CONDITIONS_MAX
        self._parts_left = PARTS_MAX
        self.mentions: list[Mention] = []

    def read(self, value: Any, path: str, depth_left: int) -> tuple[Node, str]:
        """In canonical form, and the path of what was read, with its key."""
        self._parts_left -= 1
        if not isinstance(value, Mapping) or len(value) != 1 or self._parts_left < 0 or depth_left <= 0:
            raise RuleContradictory(field=path)
        (key, inner) = next(iter(value.items()))
        path = f"{path}.{str(key)[:KEY_SHOWN_CHARACTERS]}"
        if key in ("all", "any"):
            return self._read_several(key, inner, path, depth_left - 1), path
        if key == "not":
            node, _ = self.read(inner, path, depth_left - 1)
            return (node.of if isinstance(node, Not) else Not(node)), path
        return self._read_condition(key, inner, path), path

    def _read_several(self, key: str, values: Any, path: str, depth_left: int) -> Node:
        if not isinstance(values, list | tuple) or not values:
            raise RuleContradictory(field=path)
        read = [self.read(value, f"{path}[{index}]", depth_left) for index, value in enumerate(values)]
        if key == "all":
            _refuse_contradictions(read)
        return _join(All if key == "all" else AnyOf, [node for node, _ in read])

    def _read_condition(self, key: Any, value: Any, path: str) -> Condition:
        kind = KIND_BY_NAME.get(key)
        self._conditions_left -= 1
        if kind is None or self._conditions_left < 0 or (self._shop_id and not kind.for_shops):
            raise RuleContradictory(field=path)
        condition = kind.read(value, path, self._region)
        if isinstance(condition, Citizens) and path != f"{PATH}.{kind.name}":
            raise RuleContradictory(field=path)
        self._note_mentions(condition, path)
        return condition

    def _note_mentions(self, condition: Condition, path: str) -> None:
        """A shop asks about itself and nobody else; about purchases anywhere only the city asks."""
        noun, key, ids = mentioned(condition)
        field = f"{path}{key}"
        if noun == SHOP and self._shop_id and ids != {self._shop_id}:
            raise RuleContradictory(field=field)
        if ids:
            self.mentions.append(Mention(field, noun, ids))


def _refuse_contradictions(read: Collection[tuple[Node, str]]) -> None:
    """Two that can never hold together mean nobody: a slip of whoever wrote it."""
    met: list[tuple[Condition, bool]] = []
    for node, path in read:
        for condition, holds in _facts(node):
            if any(_is_contradiction(condition, holds, other, also) for other, also in met):
                raise RuleContradictory(field=path)
            met.append((condition, holds))


def _facts(node: Node) -> Iterator[tuple[Condition, bool]]:
    """The conditions that must hold, or must not, whatever else is said."""
    match node:
        case All():
            for inner in node.of:
                yield from _facts(inner)
        case Not(of=Condition() as condition):
            yield condition, False
        case Condition():
            yield node, True


def _is_contradiction(condition: Condition, holds: bool, other: Condition, also: bool) -> bool:
    if type(condition) is not type(other):
        return False
    values = KIND_BY_CLASS[type(condition)].values
    if holds != also:
        wanted, unwanted = (condition, other) if holds else (other, condition)
        return values(wanted) <= values(unwanted) if values else wanted == unwanted
    return bool(holds and values and not values(condition) & values(other))


def _join(cls: type[All] | type[AnyOf], nodes: Sequence[Node]) -> Node:
    """Flat, in one order, each once; one alone is itself."""
    flat = [inner for node in nodes for inner in (node.of if isinstance(node, cls) else (node,))]
    once = {_place(node): node for node in flat}
    ordered = tuple(once[place] for place in sorted(once))
    return ordered[0] if len(ordered) == 1 else cls(ordered)


def _place(node: Node) -> tuple[int, str]:
    """In the order in which one would say it."""
    first = next(conditions_of(node))
    return KINDS.index(KIND_BY_CLASS[type(first)]), orjson.dumps(_write(node)).decode()


def _write(node: Node) -> dict[str, Any]:
    match node:
        case All():
            return {"all": [_write(inner) for inner in node.of]}
        case AnyOf():
            return {"any": [_write(inner) for inner in node.of]}
        case Not():
            return {"not": _write(node.of)}
        case Condition():
            kind = KIND_BY_CLASS[type(node)]
            return {kind.name: kind.write(node)}
