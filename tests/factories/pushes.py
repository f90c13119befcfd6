"""Pushes as the senders are given them."""

from typing import Any

from backend.base.push import Push, PushContent


def content(**fields: Any) -> PushContent:
    usual: dict[str, Any] = {
        "title": "麦と汽笛でのお買い物",
        "body": "お支払い 1,480円",
        "data": {"notice_id": "n-1", "kind": "purchase_recorded"},
        "collapse_key": "n-1",
        "ttl_seconds": 86_400,
    }
    return PushContent(**(usual | fields))


def push(target: str = "target-1", target_kind: str = "fid", **fields: Any) -> Push:
    return Push(content(**fields), "android", target_kind, target)


def to_many(count: int) -> list[Push]:
    one = content()
    return [Push(one, "android", "fid", f"target-{number}") for number in range(count)]
