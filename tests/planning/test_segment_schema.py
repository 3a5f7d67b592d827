"""The caller's own pandera schema for the segment: its verdict is taken, and nothing else."""

import pandas as pd
import pandera.pandas as pa
import pytest
from pandera.config import config_context
from pandera.typing import Series

from cascade_frames.errors import InvalidRecipients, MappingError
from cascade_frames.outcomes import Reason

from .samples import drop, plan

TABLE = pd.DataFrame(
    {
        "phone": ["+380200000001", "+380200000002", "+380200000003"],
        "consent": [True, False, True],
        "age": [17, 30, 40],
    },
    index=[7, 7, 8],
)


class Consenting(pa.DataFrameModel):
    """People who agreed, of age."""

    consent: Series[bool] = pa.Field(eq=True)
    age: Series[int] = pa.Field(ge=18)


class Dropping(Consenting):
    """The same, by a schema that would drop the others itself."""

    class Config:
        """Let pandera drop rows."""

        drop_invalid_rows = True


def schema(checks=None, **columns):
    """A schema object of these columns."""
    return pa.DataFrameSchema(columns, checks=checks)


def told(given, table=TABLE):
    """The detail of each rejected row, by position."""
    made = drop(table, schema=given)
    assert set(made.rejected["reason"]) <= {Reason.SCHEMA}
    return dict(zip(made.rejected["position"], made.rejected["detail"], strict=True))


def refused(given, table=TABLE):
    """The message of the error that stops the call."""
    with pytest.raises(MappingError, match=r"^schema: ") as caught:
        plan(table, schema=given)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return str(caught.value)


@pytest.mark.parametrize("given", [Consenting, Consenting.to_schema(), Dropping])
def test_rows_that_fail_are_rejected_with_column_and_rule(given):
    """Model or schema, labels repeated or not: each row's own failures, and no values."""
    assert told(given) == {
        0: "age: fails greater_than_or_equal_to(18) of the schema",
        1: "consent: fails equal_to(True) of the schema",
    }


def test_one_failing_row_stops_a_send_that_drops_nothing():
    """By default a row that fails the schema keeps everything from being sent."""
    with pytest.raises(InvalidRecipients) as caught:
        plan(TABLE, schema=Consenting)
    assert caught.value.counts().to_dict() == {"schema": 2}
    assert caught.value.invalid().index.tolist() == [7, 7]


def test_a_schema_that_drops_rows_is_left_as_it_was():
    """The caller's schema goes on dropping rows where the caller uses it."""
    given = pa.DataFrameSchema({"consent": pa.Column(bool, pa.Check.eq(True))})
    given.drop_invalid_rows = True
    assert told(given).keys() == {1}
    assert given.drop_invalid_rows


def test_a_check_of_whole_rows_is_told_once():
    """A rule over several columns names the segment, not each of its columns in turn."""
    adult = pa.Check(lambda table: table["age"] >= 18, name="adult")
    assert told(schema(adult)) == {0: "segment: fails adult of the schema"}


def test_a_check_by_element_is_taken_like_any_other():
    """Checks of one value at a time say which rows fail."""
    even = pa.Check(lambda age: age % 2 == 0, element_wise=True, name="even")
    assert told(schema(age=pa.Column(int, even))) == {0: "age: fails even of the schema"}


FOUR = pd.DataFrame(
    {
        "phone": [f"+38020000000{number}" for number in range(4)],
        "a": [None, "x", None, "z"],
        "b": [1.0, None, None, 2.0],
        "c": [1, 1, 2, 3],
    }
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (schema(pa.Check(lambda table: table["c"] > 2, name="big")), {0, 1, 2}),
        (schema(pa.Check(lambda table: table["c"] > 2, name="big", n_failure_cases=1)), {0, 1, 2}),
        (schema(pa.Check(lambda table: table.notna(), ignore_na=False)), {0, 1, 2}),
        (schema(c=pa.Column(int, pa.Check.gt(2, n_failure_cases=1))), {0, 1, 2}),
        (schema(b=pa.Column(float, pa.Check.gt(1), nullable=True)), {0}),
        (schema(b=pa.Column(float, pa.Check.gt(1, ignore_na=False), nullable=True)), {0, 1, 2}),
        (schema(a=pa.Column(str)), {0, 2}),
        (schema(a=pa.Column(str, unique=True, nullable=True)), {0, 2}),
        (schema(c=pa.Column(unique=True)), {0, 1}),
        (schema(c=pa.Column(unique=True, report_duplicates="exclude_first")), {1}),
        (pa.DataFrameSchema(unique=["a"]), {0, 2}),
        (pa.DataFrameSchema(unique=["a"], report_duplicates="exclude_first"), {2}),
        (
            pa.DataFrameSchema(
                {"[bc]": pa.Column(None, pa.Check.lt(2), nullable=True, regex=True)}
            ),
            {2, 3},
        ),
    ],
)
def test_every_failing_row_is_found(given, expected):
    """A row with gaps, or beyond the number of failures a check reports, fails all the same."""
    assert set(drop(FOUR, schema=given).rejected["position"]) == expected


def test_doubles_over_several_columns_name_them():
    """A pair that must be unique is told by the columns of the pair."""
    table = TABLE.assign(a=1, b=[1, 1, 2])
    rule = "a, b: fails multiple_fields_uniqueness of the schema"
    assert told(pa.DataFrameSchema(unique=["a", "b"]), table) == {0: rule, 1: rule}


def test_a_long_list_in_a_rule_is_not_repeated_in_every_row():
    """A block list of phones is a rule whose words are values; the rule's name is enough."""
    blocked = [f"+38020000000{number}" for number in (1, 5, 6, 7, 8)]
    found = told(schema(phone=pa.Column(str, pa.Check.notin(blocked))))
    assert found == {0: "phone: fails notin of the schema"}


def test_coercion_decides_and_changes_nothing():
    """A schema may coerce to judge; what is sent is what stood in the segment."""
    table = TABLE.assign(code=["007", "x", "9"])
    made = drop(table, schema=schema(code=pa.Column(int, coerce=True)), text="Код {code}")
    assert made.rejected["position"].tolist() == [1]
    assert "coerce_dtype('int64')" in made.rejected["detail"].iat[0]
    assert made.messages["text"].tolist() == ["Код 007", "Код 9"]
    assert table["code"].tolist() == ["007", "x", "9"]


def test_faults_of_the_schema_come_first_and_others_with_them():
    """A row that fails the schema and our rules is told of both."""
    made = drop(TABLE.assign(phone=["1", "0202000002", "0202000003"]), schema=Consenting)
    assert made.rejected["reason"].iat[0] == Reason.SCHEMA
    assert "phone: not a phone" in made.rejected["detail"].iat[0]


def test_a_segment_that_fits_is_planned_whole():
    """A schema that everyone passes changes nothing."""
    assert len(plan(TABLE, schema=schema(age=pa.Column(int))).messages) == 3


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (schema(nope=pa.Column(int)), "nope: column_in_dataframe"),
        (schema(phone=pa.Column(int)), "phone: dtype('int64')"),
        (pa.DataFrameSchema({"phone": pa.Column()}, strict=True), "age: column_in_schema"),
        (schema(pa.Check(lambda _: False, name="never")), "segment: never"),
    ],
)
def test_a_table_that_does_not_fit_at_all_stops_the_call(given, words):
    """What no row could mend is the call's fault: the column and rule are named."""
    assert words in refused(given)


def _raise(*_):
    raise RuntimeError("PRIVATE +380200000001")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (schema(pa.Check(_raise, name="mine")), "its check mine cannot be run"),
        (schema(age=pa.Column(int, pa.Check(_raise, name="mine"))), "its check mine cannot be run"),
        (
            schema(age=pa.Column(int, pa.Check(_raise, element_wise=True))),
            "its check _raise cannot be run",
        ),
        (schema(age=pa.Column(parsers=pa.Parser(_raise))), "it cannot be run"),
    ],
)
def test_a_check_that_raises_is_told_without_values(given, words):
    """The caller's code may raise with data in its message; only the kind of error is told."""
    message = refused(given)
    assert words in message
    assert "RuntimeError" in message
    assert "PRIVATE" not in message


def test_a_model_that_cannot_be_built_is_told():
    """An annotation that names nothing is the schema's fault, and said to be."""

    class Broken(pa.DataFrameModel):
        age: "Nothing"  # noqa: F821 - the fault under test

    assert "(NameError)" in refused(Broken)


@pytest.mark.parametrize(
    "given", [{"age": int}, "consent", pa.SeriesSchema(int), Consenting.__doc__]
)
def test_what_is_no_schema_is_refused(given):
    """Anything but a model or a schema stops the call."""
    assert "DataFrameModel class or a DataFrameSchema" in refused(given)


def test_rules_for_the_index_are_refused():
    """The index may repeat and is not what people are found by, so it is not checked."""
    assert "reset_index" in refused(pa.DataFrameSchema(index=pa.Index(int)))


def test_the_schema_holds_where_pandera_is_switched_off():
    """A consent check must not be lost to PANDERA_VALIDATION_ENABLED."""
    with config_context(validation_enabled=False):
        assert told(Consenting).keys() == {0, 1}


def test_the_segment_is_not_changed_by_its_schema():
    """Whatever a schema does to its copy, the caller's table stays as it was."""
    before = TABLE.copy(deep=True)
    drop(TABLE, schema=schema(age=pa.Column(float, coerce=True)))
    pd.testing.assert_frame_equal(TABLE, before)
