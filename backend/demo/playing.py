"""The story of the demonstration, played against a running server: over HTTP, as the apps and tills do it."""

from pathlib import Path

from backend.demo.calling import PlayFailed, Say
from backend.demo.cast import PLAYING, Cast
from backend.demo.play_batch import play_batch
from backend.demo.play_city import play_city
from backend.demo.play_offers import play_offers
from backend.demo.play_points import play_points
from backend.demo.play_purchase import play_purchase

__all__ = ["PLAYING", "Cast", "PlayFailed", "play"]


def play(url: str, cast: Cast, say: Say, *, language: str = "en", push_log: Path | None = None) -> None:
    """Tell the story, a step at a time. Raises PlayFailed where it goes another way than it should.

    `push_log`: the file to which the server's worker writes pushes, if it is within reach.
    """
    say(f"Meguri, from a purchase to the city's office, at {url}\n")
    play_purchase(cast, url, language, push_log, say)
    play_points(cast, url, language, say)
    play_offers(cast, url, language, say)
    play_city(cast, url, language, say)
    play_batch(cast, url, language, say)
    say("Played to the end: each purchase recorded once, each point moved once, and everybody was told.")
