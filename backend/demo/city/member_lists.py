"""Member lists of the demonstration: one of a shop, one of the city. Whoever has filled a card is on the city's."""

from backend.demo.city.accounts import DEMO_SHOP_KEY
from backend.demo.city.shapes import MemberList

REGULARS_KEY = "kiteki-regulars"
WALKERS_KEY = "walkers"

# People type a code in halves; it is kept without the hyphen.
MEMBER_LISTS: tuple[MemberList, ...] = (
    MemberList(key=REGULARS_KEY, shop_key=DEMO_SHOP_KEY, name="汽笛ひと声の会", join_code="K7TKR9MA"),
    MemberList(key=WALKERS_KEY, shop_key=None, name="お店めぐり完歩の会", join_code="W4KERD77"),
)
