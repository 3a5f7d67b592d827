"""The sieve: no faulty row passes, and sound ones do."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade_frames.contract import ID_ALPHABET, ID_PATTERN, Field
from cascade_frames.planning import schema
from cascade_frames.planning.faults import Faults
from cascade_frames.planning.schema import MessageTable
from cascade_frames.planning.sieve import doubtful_rows, is_message_table
from cascade_frames.planning.validation import check_messages

from .samples import NOW
from .test_schema import BAD, FLASHCALL, GOOD, SURVEY, table_of

TEXTS = [None, "", " ", "\u00a0", "\u2003x", "Hello", "«Привіт»", "a\0", "😀" * 86, "x" * 85]
VALUES = {
    "id": [None, "", "a", "a b", "ж", "x" * 254, "x" * 255, "order-1_.:", "\0"],
    "fromName": [None, "", " ", "Brand", "\u3000", "a\0", "Бренд", " x"],
    "toPhone": [
        *(None, "", "+", "+3", "380200000001", "+380200000001", "+080200000001", "+1234567"),
        *("+12345678", "+123456789012345", "+1234567890123456", "+38020000000a", "++8020000000"),
        *("3+80200000001", "+38 0200000001", "+38020000000\u0661"),
    ],
    "messageType": [None, "", "promo", "Promo", "flashcall", "viber_survey", "transaction"],
    "text": TEXTS,
    "ttl": [None, -1, 0, 1, 86_400],
    "scheduledSent": [
        *(None, NOW, NOW + timedelta(microseconds=1), NOW + timedelta(days=30)),
        *(NOW + timedelta(days=30, microseconds=1), NOW - timedelta(days=1)),
    ],
    "surveyOptions": [None, [], ["a", "b"], ["a"], ["a", "\0"], ["a", None]],
}
MESSAGES = st.lists(
    st.fixed_dictionaries({}, optional={n: st.sampled_from(v) for n, v in VALUES.items()}),
    min_size=1,
    max_size=8,
)


def held_to_every_rule(table):
    """The slow twin: every row is held to every rule, whatever the sieve says."""
    rules = MessageTable.to_schema()
    rules.columns[Field.SCHEDULED_SENT].checks = list(schema._within_reach(NOW))
    faults = Faults(len(table))
    with schema.every_check():
        schema._check_rules(rules, table, np.arange(len(table)), faults)
    return faults


@settings(max_examples=30)
@given(MESSAGES)
def test_checking_what_the_sieve_stops_finds_every_fault(messages):
    """Reasons, columns, rows and order are those of holding every row to every rule."""
    table = table_of(*messages)
    found, expected = Faults(len(table)), held_to_every_rule(table)
    check_messages(table, NOW, found)
    assert [(f.reason, f.column, f.rows.tolist()) for f in found.found] == [
        (f.reason, f.column, f.rows.tolist()) for f in expected.found
    ]
    assert not (expected.any & ~doubtful_rows(table, NOW)).any()


@pytest.mark.parametrize("message", [*GOOD, *(bad for bad, _, _ in BAD)], ids=repr)
def test_the_rules_are_pandera_s_own(message):
    """Pandera itself, asked to validate such a row, says sound or not as the twin does."""
    rules = MessageTable.to_schema()
    rules.columns[Field.SCHEDULED_SENT].checks = list(schema._within_reach(NOW))
    table = table_of(message)
    sound = True
    try:
        rules.validate(table, lazy=True)
    except schema.SchemaErrors:
        sound = False
    assert sound == (not held_to_every_rule(table).found)


DTYPES = ["str", "string", "category", "object", "Int64", "int64", "Float64"]
DTYPES += ["datetime64[us, UTC]", "datetime64[ns, UTC]", "datetime64[us]"]


@pytest.mark.parametrize("column", list(Field))
def test_no_other_shape_passes_for_the_model_s(column):
    """Whatever dtype a column has, what the sieve takes for a message table pandera does too."""
    rules, sound = MessageTable.to_schema(), table_of({})
    assert is_message_table(sound)
    others = [sound.iloc[:0].assign(**{column: pd.Series([], dtype=dtype)}) for dtype in DTYPES]
    taken = [table for table in others if is_message_table(table)]
    assert not is_message_table(sound.drop(columns=column))
    for table in taken:
        schema._check_shape(rules, table)
    assert len(taken) == 1


def test_usual_messages_pass():
    """What most rows are like is settled by the sieve alone, or it would be of no use."""
    usual = [{}, FLASHCALL, {"ttl": None, "scheduledSent": None}, {"text": "«Привіт»"}]
    usual += [{"text": "“Знижка”"}, {"fromName": "Бренд"}, {"id": ID_ALPHABET}]
    assert not doubtful_rows(table_of(*usual), NOW).any()
    assert doubtful_rows(table_of(SURVEY), NOW).all()


def test_the_alphabet_is_the_pattern_s():
    """The letters of an id and the pattern for it are two ways to say the same."""
    letters = pd.Series([chr(code) for code in range(1, 0x250)])
    assert letters[letters.str.fullmatch(ID_PATTERN)].tolist() == sorted(ID_ALPHABET)
