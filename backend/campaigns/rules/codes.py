"""Every code that a verdict, or what is left of a cap, may have: each has a text in every language."""

from backend.campaigns.rules.calendar import Within
from backend.campaigns.rules.caps import Cap, Per, make_ready

_COUNTED = tuple(
    Cap(per=per, within=within, points=points, awards=awards)
    for per in Per
    if per != Per.PURCHASE
    for within in Within
    for points, awards in ((1, None), (None, 1))
)

# Texts: `verdict.<code>`.
VERDICT_CODES = frozenset(
    {
        "amount_below_minimum",
        "amount_too_large",
        "amount_too_small",
        "age_not_included",
        "audience_not_matched",
        "awarded",
        "base_award_missing",
        "budget_exhausted",
        "cut_to_budget",
        "cut_to_purchase_cap",
        "district_not_included",
        "excluded_goods_only",
        "holiday_not_included",
        "home_not_included",
        "not_a_holiday",
        "not_birthday_month",
        "not_first_purchase",
        "not_first_visit",
        "not_on_list",
        "not_running",
        "not_verified",
        "nothing_paid",
        "offer_not_redeemed",
        "outside_days",
        "outside_hours",
        "outside_weekdays",
        "product_missing",
        "quantity_too_small",
        "ring_not_included",
        "shop_not_included",
        "stamp_already_given",
        "stamp_card_completed",
        "stamp_card_completed_with_offer",
        "stamp_card_full",
        "stamp_given",
        "stamp_too_soon",
        "standing_not_included",
        "superseded",
        "too_soon_after_last_purchase",
        *(cap.reached_code for cap in _COUNTED),
        *(cap.cut_code for cap in _COUNTED if cap.points),
    }
)

# Texts: `left.<code>`, with the parameter `left`.
LEFT_CODES = frozenset({"budget", *(ready.left_code for ready in make_ready(_COUNTED))})
