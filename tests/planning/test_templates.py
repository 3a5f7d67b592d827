"""Templates: what is parsed, what is rendered, and what is never rendered."""

import string
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.errors import InvalidRecipients, MappingError
from cascade_frames.outcomes import Reason
from cascade_frames.planning import templates
from cascade_frames.planning.templates import Placeholder, parse

from .samples import drop, objects, plan, rejected, segment, texts

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SHOWN = WORDS.filter(lambda word: word.strip())
MISSING = [None, np.nan, pd.NaT, pd.NA, Decimal("NaN"), "", " ", "\t\n", "\u00a0"]


def arrow(values, kind=None):
    """A column held by Arrow as it is, NaN and NA told apart."""
    return pd.Series(pd.arrays.ArrowExtensionArray(pa.array(values, kind)))


# Parsing


@pytest.mark.parametrize("source", ["{x", "x}", "{", "}", "{x}}", "{{x}", "{x!}", "{x!q}"])
def test_a_bad_brace_is_refused_with_its_fix(source):
    """A brace without its partner, or a conversion nobody knows, stops the call."""
    with pytest.raises(MappingError, match=r"^text: "):
        parse(source, "text")


@pytest.mark.parametrize("source", ["{}", "{ }", "{:>5}", "{!r}", "a {} b"])
def test_an_empty_placeholder_is_refused(source):
    """A placeholder without a column cannot mean anything, so it stops the call."""
    with pytest.raises(MappingError, match="empty placeholder"):
        parse(source, "text")


def test_a_nested_placeholder_is_refused():
    """A width taken from another column is refused by name, not rendered as braces."""
    with pytest.raises(MappingError, match="holds another placeholder"):
        parse("{x:{width}}", "text")


@pytest.mark.parametrize("source", ["\ud83d", "a \udc00 {x}", "{\ud800}"])
def test_half_an_emoji_in_a_template_is_refused(source):
    """A lone surrogate that the caller wrote stops the call, with the argument named."""
    with pytest.raises(MappingError, match=r"^text: .*surrogate"):
        parse(source, "text")


def test_parts_are_kept_in_order():
    """Literals and placeholders come back as they were written, specs and all."""
    parsed = parse("Hi {name}: {sum:.2f} {code!r:>5}{{}}", "text")
    assert parsed.parts == (
        "Hi ",
        Placeholder("name"),
        ": ",
        Placeholder("sum", ".2f"),
        " ",
        Placeholder("code", ">5", "r"),
        "{}",
    )


@pytest.mark.parametrize(
    ("source", "is_bare"),
    [("{x}", True), (" {x}", False), ("{x:s}", False), ("{x!s}", False), ("{x}{x}", False)],
)
def test_only_a_lone_placeholder_is_bare(source, is_bare):
    """A template is taken for the column itself only where nothing else is asked for."""
    assert (parse(source, "text").bare is not None) is is_bare


# Rendering


@given(
    rows=st.lists(st.tuples(SHOWN, SHOWN), min_size=1, max_size=8),
    literals=st.tuples(WORDS, WORDS, WORDS),
    spec=st.sampled_from(["", ":>8", ":.3", ":*^12", "!r", "!a", "!s:<4"]),
)
def test_rendering_strings_equals_str_format(rows, literals, spec):
    """For string columns, each row reads as Python's own str.format would have written it."""
    table = pd.DataFrame(rows, columns=["a", "b"], dtype=object)
    first, between, last = (part.replace("{", "{{").replace("}", "}}") for part in literals)
    template = f"{first}{{a}}{between}{{b{spec}}}{last}"
    expected = [template.format(a=a, b=b) for a, b in rows]
    parsed = parse(template, "text")
    columns = [
        part
        if isinstance(part, str)
        else pa.array(
            templates.format_values(table[part.column], part, np.zeros(len(rows), dtype=bool))[0],
            pa.large_string(),
        )
        for part in parsed.parts
    ]
    assert templates.concatenate(columns, len(rows)).to_pylist() == expected


@given(st.text(alphabet=string.ascii_letters + "{} ", max_size=30))
def test_any_source_is_parsed_or_refused(source):
    """A template of any shape is understood as str.format understands it, or refused clearly."""
    try:
        parsed = parse(source, "text")
    except MappingError:
        return
    rendered = source.format_map({part.column: part.column for part in parsed.placeholders})
    assert "".join(p if isinstance(p, str) else p.column for p in parsed.parts) == rendered


def test_doubled_braces_are_braces():
    """A brace that is meant reaches the reader as one brace."""
    assert texts(segment(x=["a"]), "{{{x}}} {{}}") == ["{a} {}"]
    assert texts(segment(x=["a"]), "{{x}}") == ["{x}"]


@pytest.mark.parametrize(
    ("values", "template", "expected"),
    [
        ([1234567], "{x:,}", "1,234,567"),
        ([7], "{x:03d}", "007"),
        ([19.5], "{x:.2f}", "19.50"),
        ([0.25], "{x:.0%}", "25%"),
        ([Decimal("12.50")], "{x}", "12.50"),
        ([Decimal("12.5")], "{x:.2f}", "12.50"),
        ([pd.Timestamp("2026-02-01 09:30")], "{x:%d.%m о %H:%M}", "01.02 о 09:30"),
        ([pd.Timestamp("2026-02-01 09:30", tz="Europe/Kyiv")], "{x:%H:%M %z}", "09:30 +0200"),
        ([date(2026, 2, 1)], "{x:%d.%m.%Y}", "01.02.2026"),
        (["Оля"], "{x!r}", "'Оля'"),
        (["Оля"], "{x!a}", "'\\u041e\\u043b\\u044f'"),
        (["Оля"], "{x!s:>5}", "  Оля"),
        ([True], "{x}", "True"),
        ([np.int8(5)], "{x}", "5"),
        ([timedelta(hours=1)], "{x}", "0 days 01:00:00"),
    ],
)
def test_format_specs_read_as_in_python(values, template, expected):
    """Specs and conversions do for a column's values what they do in an f-string."""
    assert texts(segment(x=values), f"-{template}-") == [f"-{expected}-"]


@pytest.mark.parametrize("dtype", ["float64", "Float64", "float32", "double[pyarrow]"])
def test_whole_floats_are_written_without_a_point(dtype):
    """An integer column that blanks made float reads as the integers it holds."""
    column = pd.Series([5, None, 1200], dtype=dtype)
    assert texts(segment(x=column), "{x} грн") == ["5 грн", "1200 грн"]


def test_a_column_with_a_fraction_keeps_its_points():
    """One fraction in the column shows that its numbers are no integers."""
    assert texts(segment(x=[5.0, 2.5]), "a{x}") == ["a5.0", "a2.5"]


@pytest.mark.parametrize("dtype", ["float32", "Float32", "float[pyarrow]"])
def test_narrow_floats_show_the_digits_that_were_written(dtype):
    """A price in a narrow float column reads 19.5 or 0.1, with no tail of invented digits."""
    column = pd.Series([0.1, 19.5], dtype="float32")
    assert texts(segment(x=column.astype(dtype)), "a{x}") == ["a0.1", "a19.5"]


def test_equal_objects_that_read_differently_stay_apart():
    """1, True and 1.0 are equal, as are 1.1 and 1.10; each row shows its own all the same."""
    column = objects(1, True, 1.0, Decimal("1.1"), Decimal("1.10"))
    assert texts(segment(x=column), "a{x}") == ["a1", "aTrue", "a1.0", "a1.1", "a1.10"]


def test_one_moment_in_two_zones_shows_two_clocks():
    """Each person reads the clock of the zone that stands in their own row."""
    noon = datetime(2026, 2, 1, 12, tzinfo=UTC)
    column = objects(noon, noon.astimezone(timezone(timedelta(hours=2))))
    assert texts(segment(x=column), "о {x:%H:%M}") == ["о 12:00", "о 14:00"]


@pytest.mark.parametrize("dtype", ["str", "string", "object", "category", "string[pyarrow]"])
def test_string_dtypes_read_alike(dtype):
    """However strings are held, they read the same and their blanks are missing."""
    column = pd.Series(["Оля", "", None, "😀", "مرحبا"], dtype=object).astype(dtype)
    assert texts(segment(x=column), "-{x}-") == ["-Оля-", "-😀-", "-مرحبا-"]
    assert texts(segment(x=column), "{x}") == ["Оля", "😀", "مرحبا"]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pd.Series([True, None], dtype="boolean"), "True"),
        (pd.Series([3, None], dtype="Int64"), "3"),
        (pd.Series([3, None], dtype="int64[pyarrow]"), "3"),
        (pd.Series([True, None], dtype="bool[pyarrow]"), "True"),
        (pd.Series(pd.Categorical([3, None])), "3"),
        (arrow([Decimal("1.10"), None]), "1.10"),
        (arrow([date(2026, 2, 1), None]), "2026-02-01"),
        (arrow(["a", None]).astype(pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))), "a"),
        (pd.Series(pd.period_range("2026-02", periods=1, freq="M")).reindex([0, 1]), "2026-02"),
    ],
)
def test_other_dtypes_read_plainly(column, expected):
    """Nullable, Arrow, categorical and period columns show their values and drop their gaps."""
    assert texts(segment(x=column), "-{x}-") == [f"-{expected}-"]


# What is never rendered


@pytest.mark.parametrize("template", ["{x}", "Hi {x}", "{x!r}", "{x:>9}"])
@pytest.mark.parametrize("value", MISSING, ids=repr)
def test_a_missing_value_rejects_its_row(value, template):
    """A gap rejects the row and names the column; nobody reads nan, None or NaT."""
    made = drop(segment(x=objects(value, "Оля")), text=template)
    assert made.rejected["reason"].tolist() == [Reason.MISSING_VALUE]
    assert made.rejected["detail"].tolist() == ["x: a value that the message needs is missing"]
    assert made.rejected["position"].tolist() == [0]
    assert "Оля" in made.messages["text"].iat[0]


@pytest.mark.parametrize("template", ["{x}", "Hi {x}", "{x:.1f}"])
@pytest.mark.parametrize(
    "column",
    [
        pd.Series([0.5, np.nan]),
        pd.Series([0.5, 0.0], dtype="Float64") / pd.Series([1, 0.0], dtype="Float64"),
        arrow([0.5, float("nan")]),
        arrow([0.5, None]),
        pd.Series(pd.Categorical([0.5, None])),
    ],
    ids=["float64", "Float64", "arrow NaN", "arrow NA", "category"],
)
def test_no_float_shows_as_nan(column, template):
    """Whatever kind of NaN a float column holds, it rejects the row."""
    made = drop(segment(x=column), text=template)
    assert made.rejected["reason"].tolist() == [Reason.MISSING_VALUE]
    assert "0.5" in made.messages["text"].iat[0]


@pytest.mark.parametrize(
    "column",
    [
        pd.to_datetime(pd.Series(["2026-02-01", None])),
        pd.to_datetime(pd.Series(["2026-02-01", None])).dt.tz_localize("Europe/Kyiv"),
        pd.to_timedelta(pd.Series(["1h", None])),
        arrow([datetime(2026, 2, 1), None]),
    ],
)
def test_no_time_shows_as_nat(column):
    """A gap among times rejects its row, in a text and where it stands alone."""
    for template in ("{x}", "on {x}"):
        assert rejected(segment(x=column), text=template)[1][0] == Reason.MISSING_VALUE


@pytest.mark.parametrize("value", [np.inf, -np.inf, Decimal("Infinity"), b"bytes"])
def test_what_nobody_should_read_is_rejected(value):
    """Infinity and raw bytes are no words for people, within a text or as one."""
    for template in ("{x}", "a{x}"):
        told = rejected(segment(x=objects(value, "ok")), text=template)
        assert told == {0: (Reason.FORMAT_FAILED, told[0][1])}
        assert told[0][1].startswith("x: ")


def test_a_value_the_format_does_not_fit_rejects_its_row():
    """One bad value costs its row; the value itself is not shown."""
    told = rejected(segment(x=objects(1.5, "private", 10**400)), text="{x:.1f} UAH")
    assert told.keys() == {1, 2}
    assert told[1] == (Reason.FORMAT_FAILED, "x: a value does not fit the format '.1f'")


def test_a_format_that_fits_nothing_stops_the_call():
    """A format wrong for the whole column is the call's fault, and is told as that."""
    with pytest.raises(MappingError, match=r"'\.2f' fits no value of column 'x' \(dtype str\)"):
        plan(segment(x=["a", "b"]), text="{x:.2f}")


def test_half_an_emoji_in_a_value_rejects_its_row():
    """A lone surrogate in the data costs its row and is never sent, and no other row."""
    for template in ("{x}", "a{x}", "{x} {x}"):
        told = rejected(segment(x=objects("a\ud83d", "b")), text=template)
        assert told[0][0] == Reason.TEXT_CHARACTERS
        assert told[0][1].startswith("x: ")
        assert told.keys() == {0}


def test_nul_in_a_value_rejects_its_row():
    """A NUL would cut the text short somewhere on its way, so it is not sent."""
    assert rejected(segment(x=["a\0b", "b"]), text="Hi {x}")[0][0] == Reason.TEXT_CHARACTERS


def test_a_gap_is_told_for_every_column_at_once():
    """A row that lacks two values is told of both."""
    table = segment(x=["", "a"], y=objects(None, "b"))
    assert rejected(table, text="{x} {y}")[0][1] == (
        "x: a value that the message needs is missing; y: a value that the message needs is missing"
    )


def test_lists_do_not_crash_a_template():
    """A column of lists is written as Python writes it, like any other object."""
    assert texts(segment(x=objects(["a"], ["b"])), "-{x}-") == ["-['a']-", "-['b']-"]


# Columns


@pytest.mark.parametrize("name", ["first name", "клієнт.ім’я", "a.b", "a[0]", "0", "їжак", "a-b"])
def test_any_column_name_can_be_placed(name):
    """Spaces, dots, brackets and Cyrillic in a column's name are part of the name."""
    assert texts(segment(x=["a"]).rename(columns={"x": name}), f"Hi {{{name}}}") == ["Hi a"]


def test_a_column_labelled_by_a_number_can_be_placed():
    """Tables without a header have numbers for labels; {1} means that column."""
    assert texts(segment(x=["a"]).rename(columns={"x": 1}), "Hi {1}") == ["Hi a"]


def test_a_missing_column_is_named_with_its_near_matches():
    """A slip in a column's name is answered with the names that are close."""
    with pytest.raises(MappingError, match=r"text: .*no column 'first_nam'.*'first_name'"):
        plan(segment(first_name=["a"], surname=["b"]), text="{first_nam}")


def test_a_missing_column_near_none_is_answered_with_those_there_are():
    """Where nothing is close, the table's columns are listed."""
    with pytest.raises(MappingError, match=r"It has 'phone', 'x'\."):
        plan(segment(x=["a"]), text="{qwerty}")


def test_two_columns_of_one_name_are_refused():
    """Which of two equal columns is meant cannot be guessed."""
    table = pd.concat([segment(x=["a"]), pd.Series(["b"], name="x")], axis=1)
    with pytest.raises(MappingError, match=r"2 columns named 'x'\. Rename one"):
        plan(table, text="{x}")


def test_other_columns_may_share_a_name():
    """Two equal columns that no template uses are nobody's business."""
    table = pd.concat([segment(x=["a"]), segment(x=["b"])[["x"]]], axis=1)
    assert texts(table, "Hello") == ["Hello"]


def test_no_parts_make_empty_texts():
    """An empty template is an empty text for every row, which then has its own rule."""
    assert templates.concatenate([], 2).to_pylist() == ["", ""]
    with pytest.raises(InvalidRecipients) as caught:
        plan(segment(), text="")
    assert caught.value.counts().to_dict() == {Reason.TEXT_MISSING: 3}
