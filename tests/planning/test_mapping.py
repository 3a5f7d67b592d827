"""Arguments to columns: one rule for every field, and errors that name the argument."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cascade_frames.errors import InvalidRecipients, MappingError
from cascade_frames.outcomes import Reason
from cascade_frames.planning.mapping import MessageMapping

from .samples import drop, objects, plan, rejected, segment, texts


def arrow_lists(*lists):
    """A column of lists as Arrow holds it."""
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(list(lists))))


# Series and expressions


def test_a_series_of_the_segment_is_taken_by_position():
    """A Series on the segment's own index gives each row its own value, labels repeated or not."""
    table = segment(x=["a", "b", "c"]).set_axis([1, 1, 0])
    assert texts(table, table["x"].str.upper()) == ["A", "B", "C"]


@pytest.mark.parametrize(
    "given",
    [
        pd.Series(["a", "b"]),
        pd.Series(["a", "b", "c", "d"]),
        pd.Series(["a", "b", "c"], index=[2, 1, 0]),
        pd.Series(["a", "b", "c"], index=["x", "y", "z"]),
        pd.Series([], dtype="str"),
    ],
)
def test_a_series_on_another_index_is_refused(given):
    """Values that might land on other people's rows stop the call."""
    with pytest.raises(MappingError, match=r"text: the Series has \d values on another index"):
        plan(segment(3), text=given)


def test_an_expression_is_computed_on_the_segment():
    """A pd.col expression stands for what it computes."""
    table = segment(x=["a", "b"]).set_axis([5, 5])
    assert texts(table, pd.col("x").str.upper() + "!") == ["A!", "B!"]


@pytest.mark.parametrize(
    "expression", [pd.col("nope"), pd.col("x") + 1, pd.col("x").astype(int), 1 / pd.col("x")]
)
def test_an_expression_that_fails_is_told_without_values(expression):
    """What pandas says of a failure may hold values, so only the kind of error is told."""
    with pytest.raises(MappingError, match=r"text: the expression cannot be computed") as caught:
        plan(segment(x=["PRIVATE", "b"]), text=expression)
    assert "PRIVATE" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_gap_in_a_series_is_a_missing_text():
    """Only templates reject by the column's name; a Series without a value has no text."""
    told = rejected(segment(x=objects("a", None)), text=pd.col("x"))
    assert told[1] == (
        Reason.TEXT_MISSING,
        "text: the text is empty (only a flashcall goes without)",
    )


# Constants


@pytest.mark.parametrize(
    "given",
    [["a", "b", "c"], ("a",), {"a": 1}, {"a"}, b"a", True, None.__class__, lambda: "a", pd.NA],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("argument", ["text", "from_name", "to_phone", "id"])
def test_what_is_no_text_is_not_sent_as_its_repr(argument, given):
    """A list or a function passed by mistake must not reach people as Python writes it."""
    with pytest.raises(MappingError, match=rf"^{argument}: a \w+ was given"):
        plan(segment(3), **{argument: given})


@pytest.mark.parametrize(
    "given",
    [np.array(["a", "b"]), pd.Index(["a"]), pd.DataFrame({"a": [1]}), pa.array(["a"])],
    ids=lambda value: type(value).__name__,
)
def test_arrays_without_an_index_are_refused(given):
    """An array says nothing of whose values it holds."""
    with pytest.raises(MappingError, match=r"^text: a \w+ was given"):
        plan(segment(3), text=given)
    with pytest.raises(MappingError, match=r"^(ttl|survey_options): "):
        plan(segment(3), **{"ttl" if isinstance(given, pa.Array) else "survey_options": given})


def test_a_number_may_stand_for_a_text():
    """A single phone or id may be given as the number it is."""
    made = plan(segment(1), to_phone=380200000009, id=17, text=2026)
    message = made.messages.iloc[0]
    assert (message["toPhone"], message["id"], message["text"]) == ("+380200000009", "17", "2026")


def test_an_unknown_type_for_all_stops_the_call():
    """A constant type that the API does not know is the call's fault; the known are listed."""
    with pytest.raises(MappingError, match=r"'Promo' is not one the API knows .*'flashcall'"):
        plan(segment(), message_type="Promo")


# Fallback to the API's names


def test_a_table_in_the_api_s_terms_needs_no_arguments():
    """An argument left out is the column of the API's name."""
    table = pd.DataFrame(
        {
            "id": ["a-1", "a-2"],
            "toPhone": ["0200000001", "0200000002"],
            "fromName": ["Brand", "Brand"],
            "messageType": ["viber_survey", "promo"],
            "text": ["Як вам?", "Hello"],
            "ttl": [604_800, None],
            "scheduledSent": [None, "2026-01-02T10:00Z"],
            "surveyOptions": [["Так", "Ні"], None],
            "customerData": [{"tier": "gold"}, None],
        }
    )
    nothing = dict.fromkeys(["to_phone", "from_name", "message_type", "text", "campaign"])
    messages = plan(table, **nothing).messages
    assert messages["id"].tolist() == ["a-1", "a-2"]
    assert messages["toPhone"].tolist() == ["+380200000001", "+380200000002"]
    assert messages["ttl"].tolist() == [604_800, pd.NA]
    assert messages["scheduledSent"].isna().tolist() == [True, False]
    assert messages["surveyOptions"].tolist() == [["Так", "Ні"], None]
    assert messages["customerData"].tolist() == [b'{"tier":"gold"}', None]


def test_an_argument_stands_above_the_column():
    """What the caller says is taken, whatever columns the table has."""
    assert texts(segment(text=["column"]), "argument") == ["argument"]


def test_two_columns_of_an_api_name_are_refused():
    """A fallback must be as certain as an argument."""
    table = pd.concat([segment(text=["a"]), segment(text=["b"])[["text"]]], axis=1)
    with pytest.raises(MappingError, match="2 columns named 'text'"):
        plan(table, text=None)


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("to_phone", 'to_phone="{phone}"'),
        ("from_name", 'from_name is needed: .*"YourBrand"'),
        ("message_type", "message_type is needed: one of 'transaction'"),
    ],
)
def test_a_needed_field_with_no_source_says_how_to_give_it(argument, words):
    """Where neither argument nor column is there, the error shows what to write."""
    with pytest.raises(MappingError, match=words):
        plan(segment(), **{argument: None})


# Message types by row


def test_each_row_may_have_its_own_type():
    """Types, texts and options come from the row; each is held to its own type's rules."""
    table = segment(
        kind=["promo", "viber_survey", "flashcall", "transaction", "sms", "viber_survey"],
        body=objects("Hello", "Ну як?", None, None, "x", "x" * 86),
        options=objects(None, ["Так", "Ні"], None, None, None, ["Так", "Ні"]),
    )
    made = drop(table, message_type="{kind}", text=pd.col("body"), survey_options=pd.col("options"))
    assert made.rows.tolist() == [0, 1, 2]
    assert made.rejected["reason"].tolist() == [
        Reason.TEXT_MISSING,
        Reason.MESSAGE_TYPE_UNKNOWN,
        Reason.SURVEY_TEXT_TOO_LONG,
    ]


def test_a_row_without_text_is_found_beside_a_survey_without_text():
    """One row's faults hide nothing of another's, whatever gaps either has."""
    table = segment(
        kind=["promo", "viber_survey", "promo"],
        body=objects(None, None, "Hello"),
        options=objects(None, ["Так", "Ні"], None),
    )
    made = drop(table, message_type="{kind}", text=pd.col("body"), survey_options=pd.col("options"))
    assert made.rejected["position"].tolist() == [0, 1]


# Survey options


def survey(table, options):
    """The options of each survey that was planned."""
    made = plan(table, message_type="viber_survey", text="Як вам?", survey_options=options)
    return made.messages["surveyOptions"].tolist()


def test_options_may_be_constants_and_templates():
    """Each option of a list is a constant or a template of its own."""
    table = segment(city=["Київ", "Львів"], price=[9.5, 10.25])
    options = ["{city}", "{price:.2f} грн", "Інше {{}}"]
    assert survey(table, options) == [
        ["Київ", "9.50 грн", "Інше {}"],
        ["Львів", "10.25 грн", "Інше {}"],
    ]
    assert survey(table, ("Так", "Ні")) == [["Так", "Ні"]] * 2


@pytest.mark.parametrize("given", ["{options}", pd.col("options"), None])
@pytest.mark.parametrize(
    "column",
    [
        objects(["Так", "Ні"], ["1", "2", "3"]),
        objects(("Так", "Ні"), ("1", "2", "3")),
        objects(np.array(["Так", "Ні"], dtype=object), np.array([1, 2, 3])),
        arrow_lists(["Так", "Ні"], ["1", "2", "3"]),
    ],
    ids=["lists", "tuples", "arrays", "arrow"],
)
def test_options_may_be_a_column_of_lists(column, given):
    """Lists are lists, whether from Python, NumPy (as Parquet is read) or Arrow."""
    table = segment(options=column).rename(
        columns={} if given is not None else {"options": "surveyOptions"}
    )
    assert survey(table, given) == [["Так", "Ні"], ["1", "2", "3"]]


def test_a_gap_in_an_option_names_its_column():
    """An option that cannot be filled rejects the row and says which column is empty."""
    table = segment(one=["a", "b"], two=objects(None, "c"))
    for second in ("{two}", "на {two}"):
        told = rejected(table, message_type="viber_survey", survey_options=["{one}", second])
        assert told == {0: (Reason.MISSING_VALUE, "two: a value that the message needs is missing")}


def test_a_gap_within_a_list_is_refused():
    """A list with None in it must not become an option that reads None."""
    table = segment(options=objects(["Так", None], ["Так", np.nan], ["Так", "Ні"]))
    told = rejected(table, message_type="viber_survey", survey_options="{options}")
    assert [reason for reason, _ in told.values()] == [Reason.SURVEY_OPTIONS_COUNT] * 2


@pytest.mark.parametrize("options", [["Так"], ["1", "2", "3", "4", "5", "6"], [], ["Так", " "]])
def test_too_few_or_too_many_options_for_all_reject_all(options):
    """Options given for all are held to the same count as those of a row."""
    with pytest.raises(InvalidRecipients) as caught:
        survey(segment(), options)
    assert caught.value.counts().to_dict() == {Reason.SURVEY_OPTIONS_COUNT: 3}


@pytest.mark.parametrize("options", [["Так", None], ["Так", 2], [["Так"], "Ні"]])
def test_an_option_that_is_no_string_is_refused(options):
    """An option that is no text is the call's fault."""
    with pytest.raises(MappingError, match="each option is a string"):
        survey(segment(), options)


# Fields passed through


def test_fields_we_do_not_model_go_through_untouched():
    """Constants, columns and templates of other fields are written as JSON as they are."""
    table = segment(tier=objects("gold", None), data=objects({"b": 1, "a": [1.5]}, None))
    made = plan(
        table,
        extra={
            "viberMessage": {"button": "Купити", "ids": [1, 2]},
            "customerData": pd.col("data"),
            "custom": pd.col("tier"),
        },
    )
    assert (
        made.messages["viberMessage"].tolist() == ['{"button":"Купити","ids":[1,2]}'.encode()] * 2
    )
    assert made.messages["customerData"].tolist() == [b'{"a":[1.5],"b":1}', None]
    assert made.messages["custom"].tolist() == [b'"gold"', None]


@pytest.mark.parametrize("value", [object(), {"a": object()}, {1j}, "x\ud800", lambda: 1])
def test_what_cannot_be_written_as_json_rejects_its_row(value):
    """A value that no request could carry costs its row, not the request."""
    told = rejected(segment(x=objects(value, 1)), extra={"custom": pd.col("x")})
    assert told[0][0] == Reason.EXTRA_INVALID
    assert told.keys() == {0}


def test_extra_may_not_shadow_an_argument():
    """The API's own fields have arguments, with rules; they cannot be had without them."""
    with pytest.raises(MappingError, match="toPhone has an argument of its own, to_phone"):
        plan(segment(), extra={"toPhone": "+380200000001"})


@pytest.mark.parametrize("extra", [["viberMessage"], "viberMessage", {1: "a"}, 5])
def test_extra_must_be_fields_by_name(extra):
    """Anything but a dict by name stops the call with an example."""
    with pytest.raises(MappingError, match=r"^extra: give a dict"):
        plan(segment(), extra=extra)


def test_the_mapping_s_repr_names_arguments_only():
    """Texts and phones given as arguments do not show in a traceback."""
    shown = repr(MessageMapping(text="PRIVATE", to_phone="+380200000001"))
    assert shown == "MessageMapping(to_phone, text)"
