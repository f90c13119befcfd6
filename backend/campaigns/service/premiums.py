"""景品表示法: what a campaign's premium may be worth is computed from its declaration, and refused when over."""

from collections.abc import Mapping
from typing import Any

from backend.campaigns.rules.premiums import Mechanism, PremiumPlan, check_premiums


def check_premium(declaration: Mapping[str, Any] | None) -> None:
    """The one place where saving and approving a campaign ask whether its premium is allowed.

    A declaration is a mapping with `mechanism` and the sums of a PremiumPlan in yen. Raises PremiumCapExceeded.
    """
    if declaration is None:
        return
    sums = {name: value for name, value in declaration.items() if name != "mechanism" and value is not None}
    check_premiums(PremiumPlan(mechanism=Mechanism(declaration["mechanism"]), **sums))
