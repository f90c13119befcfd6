"""What a message may be about: what a citizen is interested in, or wants to hear nothing of. Pure.

Their names stand in the texts `category.<category>`.
"""

import enum
from collections.abc import Mapping

from backend.people.models import ConsentPurpose


class Category(enum.StrEnum):
    # The city's.
    NEWS = "news"
    CAMPAIGNS = "campaigns"
    EVENTS = "events"
    CULTURE = "culture"
    SPORTS = "sports"
    FAMILIES = "families"
    HEALTH = "health"
    ENVIRONMENT = "environment"
    VOLUNTEERING = "volunteering"
    # The shops'.
    LOCAL_FOOD = "local_food"
    EATING_OUT = "eating_out"
    SHOPPING = "shopping"
    CRAFTS = "crafts"
    SERVICES = "services"
    LEISURE = "leisure"
    # Nobody can mute it; there is a consent for it.
    DISASTER = "disaster"


CITY_CATEGORIES = (
    Category.NEWS,
    Category.CAMPAIGNS,
    Category.EVENTS,
    Category.CULTURE,
    Category.SPORTS,
    Category.FAMILIES,
    Category.HEALTH,
    Category.ENVIRONMENT,
    Category.VOLUNTEERING,
)
SHOP_CATEGORIES = (
    Category.LOCAL_FOOD,
    Category.EATING_OUT,
    Category.SHOPPING,
    Category.CRAFTS,
    Category.SERVICES,
    Category.LEISURE,
)

# Of messages, by the consent under which they are pushed.
CATEGORIES: Mapping[ConsentPurpose, tuple[Category, ...]] = {
    ConsentPurpose.PUSH_CITY: CITY_CATEGORIES,
    ConsentPurpose.PUSH_SHOPS: SHOP_CATEGORIES,
    ConsentPurpose.PUSH_DISASTER: (Category.DISASTER,),
}
# Of interests and mutes.
CHOOSABLE = CITY_CATEGORIES + SHOP_CATEGORIES
