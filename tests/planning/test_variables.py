"""Server-side variables: uploaded once, referred to by texts, never mixed up."""

import pytest

from cascade_frames.contract import VariableType
from cascade_frames.errors import MappingError
from cascade_frames.outcomes import Reason
from cascade_frames.planning.variables import Variable, Variables, show

from .samples import SECRET, Memory, drop, objects, plan, segment

LINK = "https://example.com/a?private=1"


def test_a_link_becomes_a_reference_and_its_value_is_uploaded_once():
    """Two rows with one link share one variable, and their texts refer to it."""
    made = plan(segment(link=[LINK, LINK, "https://example.com/b"]), text="See {link:short_url}")
    assert len(made.variables) == 2
    first = made.variables[0]
    assert (first.type, first.value) == (VariableType.SHORT_URL, LINK)
    assert made.messages["text"].tolist()[:2] == [f"See %short_url={first.id}%"] * 2


def test_ids_are_the_same_in_every_run_and_fit_a_double():
    """Ids come from the secret and the value alone, and survive JSON readers with doubles."""
    table = segment(link=[LINK])
    one, two = (plan(table, text="{link:url}").variables[0] for _ in range(2))
    assert one == two
    assert 0 < one.id < 2**53
    assert plan(table, text="{link:url}", memory=Memory(secret=bytes(32))).variables[0] != one
    assert plan(table, text="{link:short_url}").variables[0].id != one.id


def test_only_what_is_sent_is_uploaded():
    """The link of a rejected or skipped person is not handed to the server."""
    table = segment(link=["https://example.com/a", "https://example.com/b", None])
    made = drop(table, text="{link:url}", opt_out=[table["phone"].iat[0]])
    assert [variable.value for variable in made.variables] == ["https://example.com/b"]
    assert made.rejected["reason"].tolist() == [Reason.MISSING_VALUE]


def test_a_variable_outside_the_text_is_refused():
    """The API replaces references inside texts only; elsewhere one would be shown raw."""
    with pytest.raises(MappingError, match=r"from_name: \{link:url\} is replaced .* texts only"):
        plan(segment(link=[LINK]), from_name="{link:url}")


def test_references_are_found_within_texts_only():
    """The end of one text and the beginning of the next make no reference."""
    variables = Variables(SECRET)
    variables.refer(objects(LINK), VariableType.URL)
    number = str(next(iter(variables.found)))
    assert len(variables.used_in(objects(f"a %url={number}% b", None))) == 1
    assert variables.used_in(objects(f"%url={number[:3]}", f"{number[3:]}%")) == ()
    assert len(variables.used_in(objects("%url=1", f"2%url={number}%"))) == 1


def test_half_an_emoji_in_a_link_rejects_its_row():
    """A link that UTF-8 cannot carry costs its row, not the call."""
    made = drop(segment(link=objects("\ud83d", LINK)), text="{link:url}")
    assert made.rejected["reason"].tolist() == [Reason.TEXT_CHARACTERS]
    assert len(made.variables) == 1


def test_two_values_of_one_id_stop_the_call():
    """Should two links ever share an id, nobody gets the other's."""
    variables = Variables(SECRET)
    variables.refer(objects(LINK), VariableType.URL)
    number = next(iter(variables.found))
    variables.found[number] = Variable(number, VariableType.URL, "https://example.com/other")
    with pytest.raises(MappingError, match="same variable id"):
        variables.refer(objects(LINK), VariableType.URL)


def test_a_text_is_shown_as_its_reader_will_see_it():
    """References that are known are shown as their values, others as they stand."""
    known = {7: Variable(7, VariableType.URL, LINK)}
    assert show("a %url=7% b %short_url=8% 100%", known) == f"a {LINK} b %short_url=8% 100%"


def test_values_stay_out_of_reprs():
    """A personal link is as private as a phone."""
    variables = Variables(SECRET)
    variables.refer(objects(LINK), VariableType.URL)
    shown = repr(variables) + repr(list(variables.found.values()))
    assert "private" not in shown
    assert repr(SECRET) not in shown
