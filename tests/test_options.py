"""The verbs' arguments: written once, refused by name, shown in notebooks."""

import inspect
from dataclasses import fields

import pytest

import cascade_frames as cf
from cascade_frames import result_verbs, verbs
from cascade_frames.accessor import CascadeAccessor
from cascade_frames.errors import MappingError
from cascade_frames.following import Manner
from cascade_frames.joining.choosing import Choice
from cascade_frames.options import (
    DEFAULTS,
    ComposeOptions,
    ExploreOptions,
    PlanOptions,
    ReportOptions,
    SendOptions,
    TrackOptions,
    completed,
    refuse_unknown,
)
from cascade_frames.planning.mapping import MessageMapping
from cascade_frames.planning.planner import PlanRequest
from cascade_frames.reporting.report import make_report


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("to_phon", "Did you mean to_phone?"),
        ("toPhone", "Did you mean to_phone?"),
        ("on_invalids", "Did you mean on_invalid?"),
        ("zzz", "It takes campaign, id, to_phone"),
    ],
)
def test_an_unknown_argument_is_refused_with_the_nearest(name, words):
    """A slip in an argument must not be ignored, for it may have been the opt-out list."""
    with pytest.raises(MappingError, match="plan has no argument") as caught:
        refuse_unknown({name: 1}, PlanOptions, "plan")
    assert repr(name) in str(caught.value)
    assert words in str(caught.value)


def test_the_value_of_an_unknown_argument_is_not_shown():
    """Whatever was passed, it may be somebody's phone."""
    with pytest.raises(MappingError) as caught:
        refuse_unknown({"phne": "+380200000001"}, PlanOptions, "plan")
    assert "+380200000001" not in str(caught.value)


def test_known_arguments_pass():
    """Everything that is declared is taken."""
    refuse_unknown(dict.fromkeys(SendOptions.__annotations__), SendOptions, "send")


def test_a_plan_does_not_take_what_only_a_send_takes():
    """A confirm= given to plan would confirm nothing, so it is refused."""
    with pytest.raises(MappingError, match="plan has no argument 'confirm'"):
        refuse_unknown({"confirm": 5}, PlanOptions, "plan")


def test_every_manner_of_tracking_is_declared():
    """Whatever a tracking can be told can be passed, and nothing else but account and ledger."""
    manner = {one.name: one.default for one in fields(Manner)}
    assert set(TrackOptions.__annotations__) == set(manner) | {"account", "ledger"}
    shown = {name: DEFAULTS.get(name) for name in manner}
    assert shown == manner


def test_every_option_of_planning_is_declared():
    """Whatever the mapping and the request hold can be passed, and nothing else but the ledger."""
    held = {one.name for kind in (MessageMapping, PlanRequest) for one in fields(kind)}
    assert set(PlanOptions.__annotations__) == held - {"mapping"} | {"ledger"}


def test_the_defaults_shown_are_the_defaults_used():
    """A signature in a notebook must not say one thing and the plan do another."""
    used = {one.name: one.default for one in fields(PlanRequest)}
    shown = {name: value for name, value in DEFAULTS.items() if name in used}
    assert shown == {name: used[name] for name in shown}
    assert len(shown) == 4


def test_what_a_report_takes_is_declared_with_its_defaults():
    """A report made by the verb is the one that is made without it."""
    taken = inspect.signature(make_report).parameters.values()
    made = {one.name: one.default for one in taken if one.kind is one.KEYWORD_ONLY}
    assert completed({}, ReportOptions, "report") == made


def test_what_an_explorer_takes_is_declared_with_its_defaults():
    """Left out, an argument chooses no rows, as in the choice itself."""
    chosen = {one.name: one.default for one in fields(Choice)}
    assert completed({}, ExploreOptions, "explore") == chosen | {"suffix": None, "ui": "auto"}


def test_what_is_given_stays():
    """Only what was left out gets its default, and a None that was passed is one."""
    given = completed({"most": 3, "tz": None}, ReportOptions, "report")
    assert given == {"suffix": None, "sms_cost": None, "tz": None, "every": None, "most": 3}


def test_a_slip_is_found_beside_a_named_argument_too():
    """An argument with a place of its own is as likely to be misspelt as the others."""
    with pytest.raises(MappingError, match=r"report has no argument 'bye'\. Did you mean by"):
        result_verbs.report(None, bye="city")
    with pytest.raises(MappingError, match=r"explore has no argument 'outcomes'\. Did you mean"):
        result_verbs.explore(None, outcomes="refused")


@pytest.mark.parametrize(
    ("verb", "kind"),
    [
        (verbs.plan, PlanOptions),
        (verbs.validate, PlanOptions),
        (verbs.send, SendOptions),
        (CascadeAccessor.plan, PlanOptions),
        (CascadeAccessor.validate, PlanOptions),
        (CascadeAccessor.send, SendOptions),
        (verbs.compose, ComposeOptions),
        (CascadeAccessor.compose, ComposeOptions),
        (result_verbs.track, TrackOptions),
        (result_verbs.start_tracking, TrackOptions),
        (CascadeAccessor.track, TrackOptions),
        (CascadeAccessor.start_tracking, TrackOptions),
        (result_verbs.explore, ExploreOptions),
        (CascadeAccessor.explore, ExploreOptions),
        (result_verbs.report, ReportOptions),
        (CascadeAccessor.report, ReportOptions),
    ],
)
def test_signatures_spell_every_option_out(verb, kind):
    """Tab completion and help show every argument with its type and its default."""
    parameters = inspect.signature(verb).parameters
    options = {n: p for n, p in parameters.items() if p.kind is p.KEYWORD_ONLY}
    assert list(options) == list(kind.__annotations__)
    assert {name: p.default for name, p in options.items() if p.default is not None} == {
        name: value for name, value in DEFAULTS.items() if name in options
    }
    assert not [p for p in parameters.values() if p.kind is p.VAR_KEYWORD]
    assert all(isinstance(p.annotation, str) for p in options.values())


@pytest.mark.parametrize("name", sorted(set(vars(CascadeAccessor)) & set(cf.__all__)))
def test_the_accessor_says_what_the_verbs_say(name):
    """Shift-Tab on `df.cascade.report` answers as on `cf.report`."""
    verb, mine = getattr(cf, name), getattr(CascadeAccessor, name)
    assert mine.__doc__ == verb.__doc__
    told = [list(inspect.signature(one).parameters.values())[1:] for one in (verb, mine)]
    assert told[0] == told[1]
