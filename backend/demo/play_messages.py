"""Messages to many: an officer's, approved by a second person; a shop's advertising; a disaster that cannot wait."""

import time
import uuid
from datetime import datetime
from typing import Any

from backend.base.clock import city_day, utc_now
from backend.demo.calling import Caller, Teller, line
from backend.demo.cast import Cast

PURPOSES = ("push_city", "push_shops", "push_disaster")
INBOX = "/v1/notices?limit=100"
LOOKS = 20
PAUSE_SECONDS = 0.5
SHOWN = 100

MARKET: dict[str, Any] = {
    "template_slug": "event",
    "template_version": 1,
    "category": "events",
    "params": {
        "event": {"ja": "港の朝市", "ja@easy": "港(みなと)の 朝市(あさいち)", "en": "Harbour market"},
        "when": {
            "ja": "日曜日 7時から",
            "ja@easy": "日曜日(にちようび) 7時(じ)から",
            "en": "Sunday, from 7:00",
        },
        "place": {
            "ja": "幸町の岸壁",
            "ja@easy": "幸町(さいわいちょう)の 港(みなと)",
            "en": "Saiwai-cho quay",
        },
        "text": {
            "ja": "先着100名に鮭汁をふるまいます。",
            "ja@easy": "はじめの 100人(にん)は 鮭(さけ)の スープを もらえます。",
            "en": "Salmon soup for the first hundred.",
        },
    },
}
BREAD: dict[str, Any] = {
    "template_slug": "shop-offer",
    "template_version": 1,
    "category": "local_food",
    "params": {
        "offer": {"ja": "焼きたて食パンの日", "ja@easy": "食(しょく)パンの 日(ひ)", "en": "Fresh bread day"},
        "until": {"ja": "きょう", "ja@easy": "きょう", "en": "today"},
        "text": {"ja": "15時に焼き上がります。", "ja@easy": "15時(じ)に できます。", "en": "Ready at 15:00."},
    },
}
SHELTER: dict[str, Any] = {
    "template_slug": "disaster-shelter",
    "template_version": 1,
    "params": {
        "area": {
            "ja": "全市（訓練）",
            "ja@easy": "みんな（練習(れんしゅう)）",
            "en": "Whole city (drill)",
        },
        "shelter": {
            "ja": "市役所、各小学校",
            "ja@easy": "市役所(しやくしょ)、小学校(しょうがっこう)",
            "en": "City hall, schools",
        },
        "text": {"ja": "これは訓練です。", "ja@easy": "練習(れんしゅう)です。", "en": "This is a drill."},
    },
}


def play_messages(cast: Cast, url: str, language: str, say: Teller) -> None:
    citizen, city, approver, manager = (
        Caller(url, token, language) for token in (cast.citizen, cast.city, cast.approver, cast.manager)
    )
    _consent(citizen, cast, say)
    _tell_the_city(citizen, city, approver, cast, language, say)
    _advertise(citizen, manager, approver, cast, language, say)
    _warn(citizen, city, approver, cast, language, say)


def _consent(citizen: Caller, cast: Cast, say: Teller) -> None:
    say.step(f"{cast.citizen_name} chooses what may ring: the city, shops' advertising, disasters")
    needed = citizen.get("/v1/registrations/requirements")["consents"]
    versions = {consent["purpose"]: consent["version"] for consent in needed}
    for purpose in PURPOSES:
        body = {"given": True, "version": versions[purpose]}
        reply = citizen.ask("PUT", f"/v1/me/consents/{purpose}", body)
        say(f"{line('PUT /v1/me/consents/…', reply)} {purpose}")
    say("   advertising is off until it is asked for\n")


def _tell_the_city(
    citizen: Caller, city: Caller, approver: Caller, cast: Cast, language: str, say: Teller
) -> None:
    say.step("An officer writes of the market; how would it read, and whom would it reach?")
    reply = city.ask("POST", "/v1/city/messages/previews", MARKET)
    say(line("POST /v1/city/messages/previews", reply))
    _read_out(reply.body["words"], language, say)
    count = reply.body["reach"]["count"]
    say(
        f"   {count['people_count']:,} people, {count['consenting_count']:,} consent to pushes of the city,"
        f" {count['unmuted_count']:,} phones can ring\n"
    )
    message = city.ask("POST", "/v1/city/messages", MARKET, expect=201).body
    path = f"/v1/city/messages/{message['id']}"
    city.ask("POST", f"{path}/review")
    say.step("A second person approves it, the officer lets it go")
    reply = city.ask("POST", f"{path}/approval", {}, expect=403)
    say(line("POST /v1/city/messages/…/approval", reply))
    say(f"   by the officer: {reply.body['code']}")
    say(line("POST /v1/city/messages/…/approval", approver.ask("POST", f"{path}/approval", {})))
    seen = _seen(citizen)
    say(line("POST /v1/city/messages/…/schedule", city.ask("POST", f"{path}/schedule", {"send_at": _now()})))
    _await_copy(citizen, "push_city", seen, cast, say)
    _tell_health(city, path, say)


def _advertise(
    citizen: Caller, manager: Caller, approver: Caller, cast: Cast, language: str, say: Teller
) -> None:
    say.step("The bakery advertises, to those who asked for it")
    if _quota_is_used(manager):
        say("   it has used its messages of this month\n")
        return
    message = manager.ask("POST", "/v1/shop/messages", BREAD, expect=201).body
    say("   POST /v1/shop/messages → 201")
    _read_out(message["words"], language, say)
    path = f"/messages/{message['id']}"
    count = manager.get(f"/v1/shop{path}/reach")["unmuted_count"]
    say(f"   phones that can ring: {'fewer than ten, so the shop is not told' if count is None else count}")
    manager.ask("POST", f"/v1/shop{path}/review")
    say(line("POST /v1/city/messages/…/approval", approver.ask("POST", f"/v1/city{path}/approval", {})))
    seen = _seen(citizen)
    reply = manager.ask("POST", f"/v1/shop{path}/schedule", {"send_at": _now()})
    say(line("POST /v1/shop/messages/…/schedule", reply))
    _await_copy(citizen, "push_shops", seen, cast, say)


def _warn(citizen: Caller, city: Caller, approver: Caller, cast: Cast, language: str, say: Teller) -> None:
    say.step("A drill: one officer, freshly signed in, tells everybody at once")
    seen = _seen(citizen)
    reply = city.ask("POST", "/v1/city/disaster-messages", SHELTER, expect=201, key=str(uuid.uuid4()))
    say(line("POST /v1/city/disaster-messages", reply))
    _read_out(reply.body["words"], language, say)
    _await_copy(citizen, "push_disaster", seen, cast, say)
    say.step("A second person reads it afterwards")
    waiting = approver.get("/v1/city/messages?unreviewed=true")["items"]
    say(f"   waiting for that: {len(waiting)}")
    path = f"/v1/city/disaster-messages/{reply.body['id']}/review"
    say(line("POST /v1/city/disaster-messages/…/review", approver.ask("POST", path, {"note": "訓練どおり"})))
    say("")


def _read_out(words: Any, language: str, say: Teller) -> None:
    said = {name: texts.get(language, texts["ja"]) for name, texts in words.items()}
    say(f"   {said['sender_names']}: {said['titles']} | {said['bodies']}")
    say(f"   why: {said['reasons']}")


def _seen(citizen: Caller) -> set[str]:
    return {notice["id"] for notice in citizen.get(INBOX)["items"]}


def _await_copy(citizen: Caller, purpose: str, seen: set[str], cast: Cast, say: Teller) -> None:
    """The worker looks every second."""
    for _ in range(LOOKS):
        notices = citizen.get(INBOX)["items"]
        found = [notice for notice in notices if notice["purpose"] == purpose and notice["id"] not in seen]
        if found:
            say(f"   in the inbox of {cast.citizen_name}: {found[0]['title']}\n")
            return
        time.sleep(PAUSE_SECONDS)
    say("   nothing has come yet: is the worker running?\n")


def _tell_health(city: Caller, path: str, say: Teller) -> None:
    say.step("How did it go?")
    reply = city.ask("GET", f"{path}/health")
    say(line("GET /v1/city/messages/…/health", reply))
    for state, count in sorted(reply.body["states"].items()):
        reasons = reply.body["failures"].get(state, {})
        why = ", ".join(f"{reason} {number:,}" for reason, number in sorted(reasons.items()))
        say(f"   {state:<11} {count:>4,}" + (f" ({why})" if why else ""))
    say("")


def _quota_is_used(manager: Caller) -> bool:
    """Four a month, as installed."""
    month = city_day(utc_now()).replace(day=1)
    approved = [
        message["approved_at"]
        for message in manager.get(f"/v1/shop/messages?limit={SHOWN}")["items"]
        if message["approved_at"] and message["status"] != "cancelled"
    ]
    return sum(city_day(datetime.fromisoformat(at)) >= month for at in approved) >= 4


def _now() -> str:
    return utc_now().isoformat()
