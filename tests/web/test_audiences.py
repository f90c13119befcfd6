"""What the specification says of descriptions is what their reader takes."""

from typing import Any

import pytest

from backend.audiences.conditions import KINDS
from backend.web.spec import spec_of


class TestDocumentedDescription:
    @pytest.mark.parametrize("face", ["shop", "city"])
    def test_knows_each_kind_of_condition(self, app: Any, face: str) -> None:
        documented = spec_of(app, face)["components"]["schemas"]["AudienceIn"]["properties"]

        assert set(documented) == {"all", "any", "not", *[kind.name for kind in KINDS]}
