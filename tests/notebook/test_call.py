"""A composed send as a line of code."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.notebook.call import call_text, first_options, likely_phone_column

_VALUES = st.one_of(
    st.text(), st.integers(), st.booleans(), st.none(), st.lists(st.text(), max_size=3)
)


class Listener:
    """Stands for a table: hears what `send` is called with."""

    cascade = property(lambda self: self)

    def send(self, **options):
        return options


@given(st.dictionaries(st.sampled_from(["text", "ttl", "from_name", "id", "extra"]), _VALUES))
def test_the_call_does_what_the_controls_say(options):
    """The line to copy, run, gives the same arguments."""
    assert eval(call_text(options), {"df": Listener()}) == options  # noqa: S307 - our own text


def test_what_is_no_plain_value_stands_by_its_name():
    """A table or an account is not written out: it would show its contents."""
    call = call_text({"opt_out": pd.DataFrame({"phone": ["+380209000001"]}), "text": "x"})
    assert "opt_out=opt_out," in call
    assert "380" not in call


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        (["id", "Phone", "phone_alt"], "Phone"),
        (["Mobile number"], "Mobile number"),
        (["id"], None),
    ],
)
def test_the_phones_are_guessed_by_their_name(columns, found):
    """A composer begins where most segments would."""
    assert likely_phone_column(columns) == found


def test_what_is_given_wins_over_guesses():
    """A ttl in seconds stays what it was; an argument given as None is as if left out."""
    told = first_options(pd.DataFrame({"tel": []}), {"ttl": 3600, "campaign": None})
    assert told["ttl"] == 3600
    assert told["campaign"] == "campaign"
    assert told["to_phone"] == "{tel}"
    assert told["on_invalid"] == "drop"
