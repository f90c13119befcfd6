"""What messages may be about."""

import pytest

from backend.base.text import LANGUAGES, catalogue
from backend.notices.categories import CATEGORIES, CHOOSABLE, Category


class TestCategories:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_have_names_in_each_language(self, language: str) -> None:
        assert [one for one in Category if f"category.{one}" not in catalogue(language)] == []

    def test_belong_to_one_purpose_each(self) -> None:
        assert sorted(sum(CATEGORIES.values(), ())) == sorted(Category)

    def test_leave_no_choice_where_life_is_at_stake(self) -> None:
        assert set(Category) - set(CHOOSABLE) == {Category.DISASTER}
