import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from backend.organisations.regions import DEFAULT_FILE, Region, RegionFileInvalid, RingUnknown, load_region
from backend.organisations.rules import MunicipalityCodeInvalid, is_municipality_code

HARBOUR = {"code": "012025", "ja": "函館市", "en": "Hakodate", "districts": ["元町", "湯川"]}
NEIGHBOUR = {"code": "012360", "ja": "北斗市", "en": "Hokuto"}


@pytest.fixture(scope="module")
def kushiro() -> Region:
    return load_region()


def ring(key: str, *municipalities: Any) -> dict[str, Any]:
    return {
        "key": key,
        "names": {"ja": "輪", "ja@easy": "わ", "en": "Ring"},
        "municipalities": list(municipalities),
    }


def write(folder: Path, *rings: Any) -> Path:
    path = folder / "region.json"
    path.write_text(json.dumps({"rings": rings}), encoding="utf-8")
    return path


class TestRingOf:
    @pytest.mark.parametrize(
        ("code", "expected"),
        [
            ("012068", "city"),  # 釧路市
            ("016616", "kushiro_area"),  # 釧路町
            ("012238", "kushiro_nemuro"),  # 根室市
            ("016942", "kushiro_nemuro"),  # 羅臼町
            ("012076", "east_hokkaido"),  # 帯広市
            ("012114", "east_hokkaido"),  # 網走市
        ],
    )
    def test_is_the_nearest_ring(self, kushiro: Region, code: str, expected: str) -> None:
        assert kushiro.ring_of(code) == expected

    def test_is_outside_for_sapporo(self, kushiro: Region) -> None:
        assert kushiro.ring_of("011002") == "outside"

    def test_is_outside_for_tokyo(self, kushiro: Region) -> None:
        assert kushiro.ring_of("131041") == "outside"

    @pytest.mark.parametrize("code", ["", "01206", "012069", "010006"])
    def test_refuses_what_is_no_municipality(self, kushiro: Region, code: str) -> None:
        with pytest.raises(MunicipalityCodeInvalid):
            kushiro.ring_of(code)

    def test_names_the_field_at_fault(self, kushiro: Region) -> None:
        with pytest.raises(MunicipalityCodeInvalid) as refusal:
            kushiro.ring_of("012069", field="origin_municipality_code")

        assert refusal.value.field == "origin_municipality_code"


class TestRingOrder:
    def test_counts_from_the_city_outward(self, kushiro: Region) -> None:
        assert [kushiro.ring_order(key) for key in kushiro.ring_keys] == [0, 1, 2, 3, 4]

    def test_refuses_a_ring_of_another_region(self, kushiro: Region) -> None:
        with pytest.raises(RingUnknown):
            kushiro.ring_order("nagano")


class TestRingsWithin:
    def test_is_the_city_alone_for_the_city(self, kushiro: Region) -> None:
        assert kushiro.rings_within("city") == ["city"]

    def test_holds_the_nearer_rings_too(self, kushiro: Region) -> None:
        assert kushiro.rings_within("kushiro_nemuro") == ["city", "kushiro_area", "kushiro_nemuro"]

    def test_is_everything_for_outside(self, kushiro: Region) -> None:
        assert kushiro.rings_within("outside") == kushiro.ring_keys

    def test_refuses_a_ring_of_another_region(self, kushiro: Region) -> None:
        with pytest.raises(RingUnknown):
            kushiro.rings_within("nagano")


class TestRingsMeant:
    def test_is_any_when_nothing_is_said(self, kushiro: Region) -> None:
        assert kushiro.rings_meant(ring=None, within_ring=None) is None

    def test_is_one_ring_exactly(self, kushiro: Region) -> None:
        assert kushiro.rings_meant(ring="kushiro_area", within_ring=None) == ["kushiro_area"]

    def test_is_a_ring_and_all_nearer_ones(self, kushiro: Region) -> None:
        assert kushiro.rings_meant(ring=None, within_ring="kushiro_area") == ["city", "kushiro_area"]

    def test_is_what_both_hold(self, kushiro: Region) -> None:
        assert kushiro.rings_meant(ring="outside", within_ring="city") == []

    def test_names_the_field_of_an_unknown_ring(self, kushiro: Region) -> None:
        with pytest.raises(RingUnknown) as refusal:
            kushiro.rings_meant(ring="city", within_ring="nagano")

        assert refusal.value.field == "within_ring"

    def test_refuses_an_empty_name(self, kushiro: Region) -> None:
        with pytest.raises(RingUnknown):
            kushiro.rings_meant(ring="", within_ring=None)


class TestTheRegionOfKushiro:
    def test_has_its_rings_nearest_first(self, kushiro: Region) -> None:
        assert kushiro.ring_keys == ["city", "kushiro_area", "kushiro_nemuro", "east_hokkaido", "outside"]

    def test_holds_all_of_east_hokkaido(self, kushiro: Region) -> None:
        counts = Counter(municipality.ring for municipality in kushiro.municipalities.values())

        # 釧路 1 + 7, 根室 5, 十勝 19 + オホーツク 18
        assert counts == {"city": 1, "kushiro_area": 7, "kushiro_nemuro": 5, "east_hokkaido": 37}

    def test_has_a_right_check_digit_in_every_code(self, kushiro: Region) -> None:
        assert all(is_municipality_code(code) for code in kushiro.municipalities)

    def test_gives_no_two_municipalities_the_same_name(self, kushiro: Region) -> None:
        names = [municipality.name_ja for municipality in kushiro.municipalities.values()]

        assert len(set(names)) == len(names)

    def test_names_the_districts_of_the_city(self, kushiro: Region) -> None:
        assert {"北大通", "春採", "大楽毛", "阿寒湖温泉", "音別"} <= set(
            kushiro.municipalities["012068"].districts
        )

    def test_names_its_rings_in_easy_japanese(self, kushiro: Region) -> None:
        assert kushiro.rings[0].names["ja@easy"] == "くしろし"


class TestLoadRegion:
    def test_reads_the_file_of_another_city(self, tmp_path: Path) -> None:
        path = write(tmp_path, ring("city", HARBOUR), ring("around", NEIGHBOUR), ring("outside"))

        region = load_region(path)

        assert region.ring_of("012360") == "around"

    def test_reads_districts(self, tmp_path: Path) -> None:
        path = write(tmp_path, ring("city", HARBOUR), ring("outside"))

        region = load_region(path)

        assert region.municipalities["012025"].districts == ("元町", "湯川")

    def test_can_do_without_districts(self, tmp_path: Path) -> None:
        path = write(tmp_path, ring("city", NEIGHBOUR), ring("outside"))

        region = load_region(path)

        assert region.municipalities["012360"].districts == ()

    def test_overlooks_a_byte_order_mark(self, tmp_path: Path) -> None:
        path = tmp_path / "region.json"
        path.write_text(DEFAULT_FILE.read_text(encoding="utf-8"), encoding="utf-8-sig")

        region = load_region(path)

        assert region.ring_of("012068") == "city"

    @pytest.mark.parametrize(
        ("rings", "message"),
        [
            ([], r"rings: the last must be 'outside'"),
            ([ring("city", HARBOUR)], r"rings: the last must be 'outside'"),
            ([ring("outside"), ring("city", HARBOUR)], r"rings: the last must be 'outside'"),
            (["city"], r"rings\[0\]: is not an object"),
            ([ring("city"), {"key": "outside"}], r"rings\[1\]\.names: is missing"),
            ([{**ring("city"), "names": {"ja": "町"}}], r"rings\[0\]\.names\.ja@easy: is missing"),
            ([{**ring("city"), "municipalities": None}], r"rings\[0\]\.municipalities: is missing"),
            ([ring("City")], r"rings\[0\]\.key: 'City'"),
            ([ring("a_ring_of_17_signs")], r"rings\[0\]\.key: 'a_ring_of_17_signs'"),
            ([ring("city"), ring("city")], r"rings\[1\]\.key: 'city' stands here twice"),
            ([ring("outside", HARBOUR)], r"rings\[0\]\.municipalities: must be empty"),
            ([ring("city", "012025")], r"rings\[0\]\.municipalities\[0\]: is not an object"),
            (
                [ring("city", {**HARBOUR, "code": 12025})],
                r"municipalities\[0\]\.code: is missing or not a str",
            ),
            ([ring("city", {**HARBOUR, "code": "012026"})], r"municipalities\[0\]\.code: '012026' is no"),
            ([ring("city", {**HARBOUR, "ja": " "})], r"municipalities\[0\]\.ja: is empty"),
            (
                [ring("city", HARBOUR), ring("around", HARBOUR)],
                r"rings\[1\].*\.code: '012025' stands here twice",
            ),
            ([ring("city", {**HARBOUR, "districts": "元町"})], r"districts: is missing or not a list"),
            ([ring("city", {**HARBOUR, "districts": [""]})], r"districts\[0\]: '' is not a name"),
            ([ring("city", {**HARBOUR, "districts": ["町" * 41]})], r"districts\[0\]: .* is not a name"),
            ([ring("city", {**HARBOUR, "districts": ["元町", "元町"]})], r"districts: one stands here twice"),
        ],
    )
    def test_says_where_a_file_is_wrong(self, tmp_path: Path, rings: list[Any], message: str) -> None:
        path = write(tmp_path, *rings)

        with pytest.raises(RegionFileInvalid, match=message):
            load_region(path)

    def test_names_the_file_at_fault(self, tmp_path: Path) -> None:
        path = write(tmp_path)

        with pytest.raises(RegionFileInvalid, match=r"region\.json: "):
            load_region(path)

    def test_refuses_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(RegionFileInvalid, match="No such file"):
            load_region(tmp_path / "nowhere.json")

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"rings": {}}'])
    def test_refuses_what_is_not_such_a_document(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "region.json"
        path.write_bytes(content)

        with pytest.raises(RegionFileInvalid):
            load_region(path)
