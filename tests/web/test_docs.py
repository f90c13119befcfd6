"""/docs: from our own server, under a strict policy, in step with the routes."""

import re
from typing import Any

import pytest
import yaml

from backend.base.text import catalogue
from backend.web.spec import FACES
from tests.support.client import ApiClient

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

LINK = re.compile(r'(?:href|src)="([^"]*)"')


class TestDocs:
    @pytest.mark.parametrize("path", ["/docs", "/docs/problems", "/c/token"])
    def test_load_nothing_from_elsewhere(self, nobody: ApiClient, path: str) -> None:
        page = nobody.get(path).text

        assert "http://" not in page
        assert "https://" not in page
        assert "//" not in "".join(LINK.findall(page))

    @pytest.mark.parametrize("path", ["/docs", "/docs/problems", "/c/token"])
    def test_link_to_nothing_that_is_not_there(self, nobody: ApiClient, path: str) -> None:
        links = LINK.findall(nobody.get(path).text)

        statuses = {link: nobody.get(link).status_code for link in links}

        assert set(statuses.values()) == {200}

    @pytest.mark.parametrize("path", ["/docs", "/docs/problems", "/c/token"])
    def test_hold_no_script_or_style_inline(self, nobody: ApiClient, path: str) -> None:
        page = nobody.get(path).text

        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page)

    def test_load_nothing_from_elsewhere_in_their_scripts_and_styles(self, nobody: ApiClient) -> None:
        ours = [nobody.get(f"/docs/assets/{name}").text for name in ("docs.js", "docs.css")]

        assert [source for source in ours if "http" in source or "@import" in source] == []

    def test_tell_swagger_ui_to_ask_no_validator_elsewhere(self, nobody: ApiClient) -> None:
        assert "validatorUrl: null" in nobody.get("/docs/assets/docs.js").text

    @pytest.mark.parametrize(
        "name",
        [
            "nothing.js",
            "../docs.py",
            "..%2fdocs.py",
            "%2e%2e/docs.py",
            "swagger-ui.js.map",
            ".",
            "docs.css/x",
        ],
    )
    def test_serve_no_other_file(self, nobody: ApiClient, name: str) -> None:
        assert nobody.get(f"/docs/assets/{name}").status_code == 404


class TestProblemCodes:
    def test_are_all_told_in_english_and_japanese(self, nobody: ApiClient) -> None:
        page = nobody.get("/docs/problems").text

        codes = {key.removeprefix("error.") for key in catalogue("ja") if key.startswith("error.")}
        assert set(re.findall(r'<tr id="([^"]+)"', page)) == codes
        assert "使えるポイントが足りません。" in page
        assert "Not enough points." in page


class TestSpecification:
    @pytest.mark.parametrize("face", FACES)
    def test_is_served_for_each_face(self, nobody: ApiClient, face: str) -> None:
        response = nobody.get(f"/docs/{face}.yaml")

        assert (response.status_code, response.mimetype) == (200, "application/yaml")
        assert yaml.safe_load(response.text)["openapi"] == "3.1.0"

    @pytest.mark.parametrize("name", ["nobody.yaml", "citizen.json", "citizen.yaml.bak", "..yaml", ".yaml"])
    def test_is_served_for_no_other(self, nobody: ApiClient, name: str) -> None:
        assert nobody.get(f"/docs/{name}").status_code == 404

    def test_says_without_a_token_what_a_token_is_for(self, nobody: ApiClient) -> None:
        document: dict[str, Any] = yaml.safe_load(nobody.get("/docs/citizen.yaml").text)

        assert document["components"]["securitySchemes"] == {"bearer": {"type": "http", "scheme": "bearer"}}
        assert document["paths"]["/v1/campaigns"]["get"]["security"] == []
        assert document["paths"]["/v1/purchases"]["post"]["security"] == [{"bearer": []}]
