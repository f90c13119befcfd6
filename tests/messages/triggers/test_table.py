"""The table of triggers as a whole."""

from collections import Counter

import pytest

from backend.messages.triggers.rules import TriggerRule
from backend.messages.triggers.table import list_triggers
from backend.notices.kinds import KINDS, Trigger
from backend.notices.terms import load_terms

TRIGGERS = list_triggers(load_terms())


class TestTriggers:
    @pytest.mark.parametrize("rule", TRIGGERS, ids=lambda rule: rule.name)
    def test_each_have_a_toggle(self, rule: TriggerRule) -> None:
        assert KINDS[rule.kind].trigger is not None

    @pytest.mark.parametrize("rule", TRIGGERS, ids=lambda rule: rule.name)
    def test_are_no_receipts_and_keep_quiet_hours(self, rule: TriggerRule) -> None:
        assert not KINDS[rule.kind].is_prompt

    def test_have_names_of_their_own(self) -> None:
        assert max(Counter(rule.name for rule in TRIGGERS).values()) == 1

    def test_are_all_there_with_that_of_budgets_which_stands_elsewhere(self) -> None:
        pulled = {KINDS[rule.kind].trigger for rule in TRIGGERS}

        assert set(Trigger) - pulled == {Trigger.CAMPAIGN_BUDGET}
