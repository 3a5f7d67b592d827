"""The control group: a random share, the same people each time, and nobody who was messaged."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade_frames.errors import MappingError
from cascade_frames.outcomes import WORDING, Outcome, Reason
from cascade_frames.planning import control
from cascade_frames.planning.fates import Fate, fate_table
from cascade_frames.planning.memory import not_started

from .samples import SECRET, Memory, drop, objects, plan, segment

PEOPLE = 20_000
PHONES = segment(PEOPLE)["phone"]

# Of the first sixty, a tenth, by the name "autumn".
PINNED = [2, 11, 17, 29, 35, 43, 51]

shares = st.floats(0, 1, exclude_max=True)


def held(made):
    """The positions that a plan holds back for the control group."""
    reasons = made.skipped["reason"] == Reason.CONTROL_GROUP
    return made.skipped["position"][reasons].tolist()


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9])
def test_the_share_is_kept_within_what_chance_allows(share):
    """Of 20,000 people the share is drawn, give or take four standard errors."""
    drawn = control.draw(PHONES, share, "autumn", SECRET).mean()
    assert abs(drawn - share) < 4 * np.sqrt(share * (1 - share) / PEOPLE)


@settings(max_examples=30)
@given(share=shares, seed=st.integers(0, 2**32 - 1), size=st.integers(1, 200))
def test_a_person_s_fate_depends_on_nobody_else(share, seed, size):
    """In whatever order and company people come, the same ones are drawn."""
    some = np.random.default_rng(seed).permutation(500)[:size]
    everyone = control.draw(PHONES[:500], share, "autumn", SECRET)
    drawn = control.draw(PHONES[some].reset_index(drop=True), share, "autumn", SECRET)
    assert drawn.tolist() == everyone[some].tolist()


@settings(max_examples=30)
@given(one=shares, other=shares)
def test_a_larger_share_draws_the_same_people_and_more(one, other):
    """Whoever is in a small group is in every larger one of the same name."""
    small, large = (
        control.draw(PHONES[:500], share, "a", SECRET) for share in sorted([one, other])
    )
    assert not (small & ~large).any()


@pytest.mark.parametrize("other", ["winter", "autumn ", "Autumn"])
def test_groups_of_other_campaigns_are_independent(other):
    """Two campaigns share as many of a tenth as chance has it: a hundredth."""
    both = control.draw(PHONES, 0.1, "autumn", SECRET) & control.draw(PHONES, 0.1, other, SECRET)
    assert abs(both.mean() - 0.01) < 4 * np.sqrt(0.01 * 0.99 / PEOPLE)


def test_groups_of_other_ledgers_are_independent():
    """The draw is by the ledger's secret, so that nobody without it knows who is drawn."""
    other = bytes(32)
    both = control.draw(PHONES, 0.1, "autumn", SECRET) & control.draw(PHONES, 0.1, "autumn", other)
    assert abs(both.mean() - 0.01) < 4 * np.sqrt(0.01 * 0.99 / PEOPLE)


def test_the_draw_is_pinned():
    """A group is kept for months: another version of the package draws the same people."""
    assert np.flatnonzero(control.draw(PHONES[:60], 0.1, "autumn", SECRET)).tolist() == PINNED


def test_a_plan_holds_the_group_back_and_tells_so():
    """Rows of the group are skipped, with their reason, in the plan and in all it shows."""
    made = plan(segment(200), control=0.25)
    group = held(made)
    drawn = control.draw(PHONES[:200], 0.25, "autumn", SECRET)
    assert group == np.flatnonzero(drawn).tolist()
    assert sorted([*made.rows, *group]) == list(range(200))
    assert set(made.skipped["detail"]) == {f"control: {WORDING[Reason.CONTROL_GROUP]}"}
    checks = made.checks.set_index("reason").loc["control_group"]
    assert (checks["checked"], checks["failed"]) == (200, len(group))
    line = f"{len(group)}  control_group: {WORDING[Reason.CONTROL_GROUP]}"
    assert line in str(made)
    assert f"{len(group)}</td><td><code>control_group</code>" in made._repr_html_()
    assert not made.advice
    assert made.tracking_ids.notna().all()


def test_the_group_is_of_the_person_not_of_the_spelling_or_the_row():
    """Another spelling, another text and several messages to a person leave the group as it is."""
    table = segment(100)
    group = set(held(plan(table, control=0.3)))
    local = table.assign(phone="0" + table["phone"].str[4:])
    assert set(held(plan(local, control=0.3, text="Other"))) == group
    doubled = pd.concat([table, table], ignore_index=True).assign(order=range(200))
    made = plan(doubled, control=0.3, id="order-{order}")
    assert {position % 100 for position in held(made)} == group
    assert len(held(made)) == 2 * len(group)


def test_a_key_of_its_own_keeps_the_same_people_out_of_every_campaign():
    """With `control_key` the campaign's name, or its absence, makes no difference."""
    table = segment(100).assign(order=range(100))
    calls = ({"campaign": "a"}, {"campaign": "b"}, {"campaign": None, "id": "{order}"})
    groups = [held(plan(table, control=0.3, control_key="2026", **call)) for call in calls]
    assert groups[0] == groups[1] == groups[2] != held(plan(segment(100), control=0.3))
    assert groups[0] == held(plan(segment(100), control=0.3, campaign="2026"))


@pytest.mark.parametrize("share", [None, 0, 0.0])
def test_no_share_holds_nobody_back(share):
    """Without a control group the plan is what it was."""
    made = plan(segment(50), control=share)
    assert len(made.messages) == 50
    assert made.digest == plan(segment(50)).digest


def test_everyone_of_a_small_segment_may_be_drawn():
    """A plan in which all are held back is a plan with nothing to send."""
    made = plan(segment(3), control=0.999999)
    assert (len(made.messages), held(made), made.requests) == (0, [0, 1, 2], 0)
    assert str(made)


def test_faults_and_opt_outs_come_before_the_draw():
    """A row has one fate: rejected, else opted out, else in the control group."""
    table = segment(name=objects(None, *["b"] * 9))
    opt_out = table["phone"][[0, 1, 2]].tolist()
    made = drop(table, text="{name}", opt_out=opt_out, control=0.999999)
    assert made.rejected["position"].tolist() == [0]
    assert made.skipped["reason"].tolist() == [Reason.OPTED_OUT] * 2 + [Reason.CONTROL_GROUP] * 7
    again = pd.concat([table[1:], table[1:]], ignore_index=True)
    doubled = drop(again, control=0.999999)
    assert set(doubled.rejected["reason"]) == {Reason.DUPLICATE_RECIPIENT}
    assert held(doubled) == list(range(9))


class Remembering(Memory):
    """A ledger in which every message has one of these fates, in turn."""

    def __init__(self, *outcomes):
        super().__init__()
        self.outcomes = outcomes

    def stand(self, account, keys):  # noqa: ARG002 - the protocol's
        """Each message has the next fate."""
        codes = np.arange(len(keys), dtype=np.int32) % len(self.outcomes)
        fates = fate_table([Fate(str(outcome)) for outcome in self.outcomes])
        return replace(not_started(len(keys)), fates=fates, codes=codes)


def test_nobody_is_called_control_who_was_sent_to_before():
    """Only who was never sent to can be held back; the others keep their fate, with advice."""
    memory = Remembering(Outcome.ACCEPTED, Outcome.UNKNOWN, Outcome.REFUSED, Outcome.UNSENT)
    made = plan(segment(40), memory, control=0.999999)
    assert held(made) == list(range(3, 40, 4))
    assert made.rows.tolist() == [row for row in range(40) if row % 4 != 3]
    assert made.to_send == 0
    assert [(one.messages, "control group" in one.wording) for one in made.advice] == [(30, True)]


@pytest.mark.parametrize("share", [1, 1.0, -0.1, 10, True, "0.1", float("nan"), [0.1], np.True_])
def test_a_share_that_is_none_is_refused(share):
    """A percentage or a text must not pass for a share."""
    with pytest.raises(MappingError, match=r"^control: a share .* as 0\.1 for a tenth"):
        plan(segment(), control=share)


def test_numbers_of_other_libraries_are_shares():
    """A share may come from a table."""
    assert held(plan(segment(50), control=np.float32(0.25))) == held(
        plan(segment(50), control=0.25)
    )


@pytest.mark.parametrize(
    ("options", "fix"),
    [
        ({"control_key": "2026"}, "Pass control=0.1"),
        ({"control": 0.1, "control_key": ""}, "a name in one line"),
        ({"control": 0.1, "control_key": "a\nb"}, "a name in one line"),
        ({"control": 0.1, "control_key": 2026}, "a name in one line"),
        ({"control": 0.1, "campaign": None, "id": "a"}, "Give campaign="),
    ],
)
def test_a_group_that_cannot_be_drawn_is_refused(options, fix):
    """The error says what is missing."""
    with pytest.raises(MappingError, match=fix):
        plan(segment(), **options)
