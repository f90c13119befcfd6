"""How a message reads, and what it may not say."""

from typing import Any

import pytest

from backend.messages.rules import (
    DisasterLinkRefused,
    MessageCategoryInvalid,
    MessageLinkForeign,
    MessageParamsInvalid,
    MessageTextRefused,
    MessageTextTooLong,
    TemplateInvalid,
    TemplateParameter,
    check_category,
    check_link,
    check_params,
    check_template,
    check_text,
    refuse_addresses,
    refuse_shopping_link,
    render_message,
    shop_sender_names,
)

CITY_NAMES = {"ja": "釧路市", "ja@easy": "くしろし", "en": "Kushiro City"}
OFFER = TemplateParameter("offer", 18)


def render(**changes: Any) -> Any:
    given: dict[str, Any] = {
        "purpose": "push_city",
        "titles": {"ja": "{sender}：{what}", "en": "{sender}: {what}"},
        "bodies": {"ja": "{what}です", "en": "It is {what}"},
        "params": {"what": {"ja": "朝市", "en": "a market"}},
        "meant": {"ja": "ご登録のすべての方", "en": "everybody"},
        "sender_names": CITY_NAMES,
    }
    return render_message(**{**given, **changes})


class TestWords:
    def test_are_filled_in_each_language(self) -> None:
        assert render().titles == {"ja": "釧路市：朝市", "en": "Kushiro City: a market"}

    def test_fall_back_to_japanese_where_a_parameter_has_no_other(self) -> None:
        assert render(params={"what": {"ja": "朝市"}}).bodies["en"] == "It is 朝市"

    def test_leave_braces_inside_parameters_alone(self) -> None:
        assert render(params={"what": "{sender}{0.__class__}"}).bodies["ja"] == "{sender}{0.__class__}です"

    def test_of_advertising_say_that_they_are(self) -> None:
        titles = render(purpose="push_shops").titles

        assert (titles["ja"], titles["en"]) == ("【広告】釧路市：朝市", "[Ad] Kushiro City: a market")

    def test_shorten_a_long_name_of_the_sender(self) -> None:
        names = shop_sender_names("あ" * 30, None)

        assert render(sender_names=names).titles["ja"] == f"{'あ' * 23}…：朝市"

    def test_name_the_sender_whole_beside_them(self) -> None:
        names = shop_sender_names("あ" * 30, "Long Name")

        assert render(sender_names=names).sender_names == {
            "ja": "あ" * 30,
            "ja@easy": "あ" * 30,
            "en": "Long Name",
        }


class TestReasons:
    def test_name_the_sender_and_who_is_meant(self) -> None:
        assert render().reasons["ja"] == "釧路市から、ご登録のすべての方にお送りしているお知らせです。"

    def test_of_advertising_say_how_it_is_stopped(self) -> None:
        assert "You can stop it" in render(purpose="push_shops").reasons["en"]

    def test_are_given_in_every_language(self) -> None:
        assert set(render().reasons) == {"ja", "ja@easy", "en"}


class TestText:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "　",
            "二行\nに",
            "\u202e逆さま",
            "\u2066隔て\u2069",
            "隠\u200bれ",
            "ナル\x00",
            "見て https://evil.example/",
            "www.evil.example",
            "evil.example/x へ",
            "ｅｖｉｌ．ｃｏｍ",
            "例え.jp へ",
            "例え.xn--q9jyb4c",
            "192.0.2.1 へ",
        ],
    )
    def test_is_refused_where_it_hides_turns_or_links(self, text: str) -> None:
        with pytest.raises(MessageTextRefused):
            check_text(text, maximum=50, field="params.text")

    def test_keeps_prices_emoji_and_sentences(self) -> None:
        said = "1.鮭 1.5kg 980円 2.いくら 2026.7.14 👨‍👩‍👧 Fresh. Today only."

        assert check_text(said, maximum=80, field="params.text") == said

    def test_is_refused_where_it_is_too_long(self) -> None:
        with pytest.raises(MessageTextTooLong):
            check_text("あ" * 19, maximum=18, field="params.text")

    def test_is_refused_where_its_parts_name_a_page_together(self) -> None:
        words = render(titles={"ja": "{a}{b}"}, bodies={"ja": "x"}, params={"a": "evil", "b": ".com"})

        with pytest.raises(MessageTextRefused):
            refuse_addresses(words)


class TestParams:
    def test_are_a_text_or_a_text_a_language(self) -> None:
        given = {"offer": {"ja": " 鮭 ", "en": "Salmon"}}

        assert check_params([OFFER], given) == {"offer": {"ja": "鮭", "en": "Salmon"}}

    @pytest.mark.parametrize(
        "params",
        [{}, {"offer": 5}, {"offer": {"en": "Salmon"}}, {"offer": {"ja": "鮭", "fr": "saumon"}}],
    )
    def test_must_say_something_in_japanese(self, params: dict[str, Any]) -> None:
        with pytest.raises(MessageParamsInvalid):
            check_params([OFFER], params)

    def test_that_the_template_does_not_have_are_refused(self) -> None:
        with pytest.raises(MessageParamsInvalid):
            check_params([OFFER], {"offer": "鮭", "sender": "市役所"})


class TestTemplate:
    def check(self, **changes: Any) -> None:
        given: dict[str, Any] = {
            "purpose": "push_shops",
            "titles": {"ja": "{sender}：{offer}"},
            "bodies": {"ja": "{offer}をどうぞ"},
            "parameters": [OFFER],
        }
        check_template(**{**given, **changes})

    def test_is_good_where_it_fits_whatever_is_filled_in(self) -> None:
        self.check()

    def test_is_refused_where_the_longest_words_would_not_fit(self) -> None:
        with pytest.raises(MessageTextTooLong) as refused:
            self.check(parameters=[TemplateParameter("offer", 40)])

        assert refused.value.field == "titles.ja"

    def test_of_advertising_needs_a_title_beside_its_mark(self) -> None:
        with pytest.raises(MessageTextRefused) as refused:
            self.check(titles={"ja": "　"}, bodies={"ja": "{sender}の{offer}"})

        assert refused.value.field == "titles.ja"

    @pytest.mark.parametrize(
        "changes",
        [
            {"titles": {"ja": "{sender}：{other}"}},
            {"titles": {"ja": "{sender}：{offer"}},
            {"titles": {"ja": "{sender}：{offer!r}"}},
            {"titles": {"en": "{sender}: {offer}"}},
            {"titles": {"ja": "{sender}", "en": "{sender}"}},
            {"parameters": [OFFER, OFFER]},
            {"parameters": [OFFER, TemplateParameter("unused", 3)]},
            {"parameters": [TemplateParameter("sender", 3)]},
            {"titles": {"ja": "{offer}"}},
        ],
    )
    def test_is_refused_where_texts_and_parameters_do_not_fit(self, changes: dict[str, Any]) -> None:
        with pytest.raises(TemplateInvalid):
            self.check(**changes)


class TestLink:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("/offers/1?from=push#top", "/offers/1?from=push#top"),
            ("https://meguri.example/offers", "/offers"),
            ("https://meguri.example", "/"),
        ],
    )
    def test_of_our_own_is_kept_as_its_path(self, given: str, kept: str) -> None:
        assert check_link(given, public_url="https://meguri.example") == kept

    @pytest.mark.parametrize(
        "link",
        [
            "https://evil.example/offers",
            "http://meguri.example/offers",
            "https://meguri.example.evil.example/",
            "https://meguri.example@evil.example/",
            "https://meguri.example:8443/",
            "//evil.example/",
            "/\\evil.example",
            "/%5cevil.example",
            "/%2f/evil.example",
            "/go?to=https://evil.example",
            "/a/../../b",
            "/a/%2e%2e/b",
            "/a/%252e%252e/b",
            "javascript:alert(1)",
            "https://[",
            "https://[::1/offers",
            "https://meguri.example]/offers",
            "https://xn--mguri-bsa.example/",
            "intent://scan",
            "/offers\n",
            "/offers%0d%0a",
            "/お店",
            "/" + "a" * 200,
            "offers",
        ],
    )
    def test_elsewhere_is_refused(self, link: str) -> None:
        with pytest.raises(MessageLinkForeign):
            check_link(link, public_url="https://meguri.example")

    @pytest.mark.parametrize(
        "path",
        [
            "/offers/1",
            "/v1/Offers",
            "/%6fffers",
            "/campaigns",
            "/me/coupons",
            "/offers;x",
            "/#/offers/1",
            "/open?to=%2Foffers",
        ],
    )
    def test_of_a_disaster_leads_to_no_shopping(self, path: str) -> None:
        with pytest.raises(DisasterLinkRefused):
            refuse_shopping_link(path)

    def test_of_a_disaster_may_lead_to_shelters(self) -> None:
        refuse_shopping_link("/shelters?from=offers")


class TestCategory:
    def test_is_one_of_the_purpose(self) -> None:
        check_category("events", purpose="push_city")

    @pytest.mark.parametrize(
        ("category", "purpose"), [("events", "push_shops"), ("disaster", "push_city"), ("", "push_shops")]
    )
    def test_of_another_purpose_is_refused(self, category: str, purpose: str) -> None:
        with pytest.raises(MessageCategoryInvalid):
            check_category(category, purpose=purpose)
