"""The story of the demonstration, played against a running server: over HTTP, as the apps and tills do it."""

from collections.abc import Callable
from pathlib import Path

from backend.demo.calling import PlayFailed, Teller
from backend.demo.cast import PLAYING, Cast
from backend.demo.play_batch import play_batch
from backend.demo.play_city import play_city
from backend.demo.play_claims import play_claims
from backend.demo.play_codes import play_codes
from backend.demo.play_messages import play_messages
from backend.demo.play_notices import play_notices
from backend.demo.play_offers import play_offers
from backend.demo.play_points import play_points
from backend.demo.play_posters import play_posters
from backend.demo.play_purchase import play_purchase
from backend.demo.play_receipts import play_receipts
from backend.demo.play_sync import play_sync
from backend.demo.play_tills import play_tills
from backend.demo.play_webhooks import play_webhooks

__all__ = ["PLAYING", "Cast", "PlayFailed", "play"]


def play(
    url: str,
    cast: Cast,
    say: Callable[[str], None],
    *,
    language: str = "en",
    push_log: Path | None = None,
) -> None:
    """Tell the story, a step at a time. Raises PlayFailed where it goes another way than it should.

    `push_log`: the file to which the server's worker writes pushes, if it is within reach.
    """
    teller = Teller(say)
    teller(f"Meguri, from a purchase to the city's office, at {url}\n")
    play_purchase(cast, url, language, push_log, teller)
    play_points(cast, url, language, teller)
    play_offers(cast, url, language, teller)
    play_codes(cast, url, language, teller)
    play_claims(cast, url, language, teller)
    play_posters(cast, url, language, teller)
    play_receipts(cast, url, language, teller)
    play_tills(cast, url, language, teller)
    play_batch(cast, url, language, teller)
    play_webhooks(cast, url, language, teller)
    play_notices(cast, url, language, teller)
    play_sync(cast, url, language, teller)
    play_messages(cast, url, language, teller)
    play_city(cast, url, language, teller)
    teller("Played to the end: each purchase recorded once, each point moved once, and everybody was told.")
