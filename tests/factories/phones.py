"""A phone that keeps a copy as the guide tells apps to."""

from datetime import datetime
from typing import Any

from tests.support.client import ApiClient

KINDS = ("shops", "products", "offers", "campaigns", "notices")
ENDS = {"offers": "displayed_until", "campaigns": "ends_at"}

Copy = dict[str, dict[str, Any]]


class Phone:
    """`copy`: kind → id → document."""

    def __init__(self, caller: ApiClient) -> None:
        self.caller = caller
        self.cursor: str | None = None
        self.copy: Copy = {kind: {} for kind in KINDS}

    def sync(self, limit: int = 200) -> list[Any]:
        """Until there is no more. Returns the pages."""
        pages = [self.sync_page(limit)]
        while pages[-1]["has_more"]:
            pages.append(self.sync_page(limit))
        return pages

    def sync_page(self, limit: int = 200) -> Any:
        since = f"&since={self.cursor}" if self.cursor else ""
        response = self.caller.get(f"/v1/sync?limit={limit}{since}")
        assert response.status_code == 200, response.get_json()
        page = response.get_json()
        if page["starts_over"]:
            self.copy = {kind: {} for kind in KINDS}
        for kind in KINDS:
            self.copy[kind] |= {document["id"]: document for document in page[kind]}
            for gone in page["removed"][kind]:
                self.copy[kind].pop(gone, None)
        self.cursor = page["next_cursor"]
        return page

    def shown(self, at: datetime) -> Copy:
        """What is not over by the dates it carries."""
        return {
            kind: {
                key: document
                for key, document in documents.items()
                if kind not in ENDS or datetime.fromisoformat(document[ENDS[kind]]) > at
            }
            for kind, documents in self.copy.items()
        }


def told(page: Any) -> dict[str, list[str]]:
    """Kind → ids of the documents of a page, kinds without any left out."""
    return {kind: [document["id"] for document in page[kind]] for kind in KINDS if page[kind]}


def removed(page: Any) -> dict[str, list[str]]:
    return {kind: ids for kind, ids in page["removed"].items() if ids}


def listed(caller: ApiClient) -> Copy:
    """What the lists tell now; a page is enough for a small town."""
    return {
        kind: {item["id"]: item for item in caller.get(f"/v1/{kind}?limit=100").get_json()["items"]}
        for kind in KINDS
    }
