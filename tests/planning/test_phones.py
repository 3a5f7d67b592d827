"""Phones: every usual spelling is read, and no doubtful one reaches a stranger."""

import random

import numpy as np
import pandas as pd
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cascade_frames.errors import MappingError
from cascade_frames.outcomes import Reason
from cascade_frames.planning.phones import check_region, normalise, read_phone

from .samples import objects, rejected, segment

PHONE = "+380501112233"

READ = [
    "+380501112233",
    "380501112233",
    "0501112233",
    "501112233",
    "80501112233",
    "00380501112233",
    "050 111 22 33",
    "050-111-22-33",
    "050.111.22.33",
    "(050) 111-22-33",
    "050/111-22-33",
    "050\u2013111\u201122\u201233",
    "+38 (050) 111-22-33",
    "+38(050)1112233",
    "(+380) 50 111 22 33",
    "+380 (0) 50 111 22 33",
    "38 050 111 22 33",
    "8 (050) 111-22-33",
    "00 380 50 111 22 33",
    "501112233.0",
    "380501112233.0",
    "380501112233.00",
    "+380501112233.0",
    "'0501112233",
    "’+380501112233",
    "' 0501112233",
    "\u00a0050\u00a0111\u00a022\u00a033\u00a0",
    "050\u202f111\u200922\u200933",
    "\u202a+380501112233\u202c",
    "\ufeff0501112233",
    "050\u200b1112233",
    " 0501112233\n",
    "\t0501112233",
    "3.80501112233E+11",
    "3.80501112233e11",
    "3,80501112233E+11",
    "5.01112233E+08",
    "٠٥٠١١١٢٢٣٣",
    "+٣٨٠٥٠١١١٢٢٣٣",
]

UNREADABLE = [
    *("", "-", "+", "0", "101", "немає", "none", "nan", "\ud800"),
    # A digit or two lost, or too many.
    *("050111223", "020901234", "3805011122", "+38050111223", "+380050111223"),
    *("05011122334", "5011122334", "67111223344", "93111223344", "38050111223344"),
    *("+3805011122334", "+0501112233", "+80501112233"),
    # Letters, doubled signs, extensions.
    *("050111223O", "O501112233", "++380501112233", "380+501112233", "=0501112233", "050111²²33"),
    *("050 111 22 33 доб. 5", "0501112233 ext 5", "0501112233x5", "0501112233#5"),
    "050-111-22-33 (12)",
    # Two phones in one cell.
    *("0501112233, 0671112233", "0501112233; 0671112233", "0501112233/0671112233"),
    *("0501112233 0671112233", "050 111 22 33\n067 111 22 33"),
    # Digits that a spreadsheet threw away.
    *("3.80501E+11", "3.805011122E+11", "3.8E+11", "501112233e0", "1E999", "380501112.233E3"),
]


@pytest.mark.parametrize("written", READ, ids=ascii)
def test_every_usual_spelling_is_read(written):
    """People and spreadsheets write one phone in many ways; all of them mean it."""
    assert read_phone(written, "UA") == PHONE


@pytest.mark.parametrize("written", UNREADABLE, ids=ascii)
def test_a_doubtful_phone_is_not_guessed(written):
    """A phone that lost a digit, has one too many or shares its cell is nobody's."""
    assert read_phone(written, "UA") is None


def test_the_column_reads_as_its_values_do():
    """The fast path over the column and the reader of one value agree on every spelling."""
    phones = normalise(objects(*READ, *UNREADABLE), "UA")
    assert phones.tolist() == [PHONE] * len(READ) + [None] * len(UNREADABLE)


@given(
    prefix=st.sampled_from(["+380", "00380", "380", "80", "0", ""]),
    digits=st.from_regex(r"[0-9]{7,11}", fullmatch=True),
)
def test_the_fast_path_equals_the_reader(prefix, digits):
    """For digits in any plain spelling, right or wrong, the fast path decides as the reader."""
    written = prefix + digits
    assert normalise(objects(written), "UA").tolist() == [read_phone(written, "UA")]


COUNTRY_CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
ABROAD = st.builds(
    lambda code, digits: f"+{code}{digits}",
    st.sampled_from(COUNTRY_CODES) | st.integers(0, 1999),
    st.from_regex(r"[0-9]{3,13}", fullmatch=True),
)
SPELLED = st.builds(
    lambda phone, at, mark: phone[:at] + mark + phone[at:],
    ABROAD | st.sampled_from(READ) | st.from_regex(r"[0-9]{3,14}", fullmatch=True),
    st.integers(0, 14),
    st.sampled_from(["", " ", "-", "(", ")", "/", "+", "\t", ".", "x", "\u00a0", "\n", "0"]),
)


@settings(max_examples=100)
@given(
    st.lists(st.none() | ABROAD | SPELLED, min_size=1, max_size=12),
    st.sampled_from(["UA", "PL", "US", "IT", "AR"]),
)
def test_a_column_read_by_shape_equals_its_phones_read_one_by_one(phones, region):
    """Numbers of every country, right or wrong, in any spelling: the shape decides alike."""
    expected = [None if phone is None else read_phone(phone, region) for phone in phones]
    assert normalise(objects(*phones), region).tolist() == expected
    assert normalise(pd.Series(phones, dtype="str"), region).tolist() == expected
    filled = pd.Series([None, *phones, None], dtype="str").iloc[1:-1]
    assert normalise(filled, region).tolist() == expected


@pytest.mark.parametrize("code", COUNTRY_CODES)
def test_a_shape_of_any_country_decides_as_its_numbers(code):
    """For every country code, length and leading digit: two numbers of a shape, one answer."""
    drawn = random.Random(code)
    phones = [
        f"+{code}{lead}{''.join(drawn.choices('0123456789', k=size))}"
        for lead in "0123456789"
        for size in range(3, 13)
        for _ in range(2)
    ]
    expected = [read_phone(phone, "UA") for phone in phones]
    assert normalise(pd.Series(phones, dtype="str"), "UA").tolist() == expected


@given(st.from_regex(r"[1-9][0-9]{8}", fullmatch=True), st.data())
def test_the_nine_digits_are_kept_in_any_spelling(digits, data):
    """No spelling changes a digit: what is read is what was written."""
    before = data.draw(st.sampled_from(["+380", "00380", "380", "80", "0", ""]))
    marks = st.sampled_from(["", " ", "-", "\u00a0", "\u200b", "("])
    spelled = "".join(digit + data.draw(marks) for digit in before + digits)
    assert read_phone(spelled, "UA") == f"+380{digits}"


@given(
    st.one_of(
        st.text(max_size=25),
        st.text("0123456789+()-. eE/'", max_size=20),
        st.integers(),
        st.integers(10**6, 10**15),
        st.floats(),
        st.integers(10**6, 10**15).map(float),
        st.booleans(),
        st.binary(max_size=5),
        st.lists(st.integers(), max_size=2),
        st.none(),
    ),
    st.sampled_from(["UA", "PL", "US", "IT", "GB"]),
)
def test_anything_is_read_or_refused_and_reading_again_changes_nothing(value, region):
    """No input raises; what is read is E.164, and reading it again gives the same phone."""
    found = normalise(objects(value), region).tolist()
    if found[0] is not None:
        parsed = phonenumbers.parse(found[0], None)
        assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == found[0]
        assert normalise(objects(*found), region).tolist() == found


# Numbers


@pytest.mark.parametrize("dtype", ["int64", "uint64", "Int64", "float64", "Float64", "object"])
@pytest.mark.parametrize("number", [380501112233, 501112233, 80501112233])
def test_numbers_are_read_as_their_digits(number, dtype):
    """A phone column that was read as numbers still holds the phones."""
    assert normalise(pd.Series([number], dtype=dtype), "UA").tolist() == [PHONE]


@pytest.mark.parametrize("dtype", ["int64[pyarrow]", "double[pyarrow]"])
def test_arrow_numbers_are_read_as_their_digits(dtype):
    """Numbers that Arrow holds are read like any others, and their gaps stay gaps."""
    column = pd.Series([380501112233, None], dtype=dtype)
    assert normalise(column, "UA").tolist() == [PHONE, None]


def test_a_float_column_with_blanks_is_read():
    """Blanks make floats of phones; the .0 is no digit of theirs."""
    column = pd.Series([501112233.0, np.nan, 501112233.5, np.inf, -np.inf, 1e300, 2.0**53])
    assert normalise(column, "UA").tolist() == [PHONE, None, None, None, None, None, None]


@pytest.mark.parametrize("dtype", ["float32", "Float32", "float[pyarrow]"])
def test_a_narrow_float_is_refused(dtype):
    """A 32-bit float cannot hold a phone: its nearest value is somebody else's."""
    column = pd.Series([380501112233, 501112233], dtype="float32")
    assert normalise(column.astype(dtype), "UA").tolist() == [None, None]
    assert normalise(objects(*column.to_numpy()), "UA").tolist() == [None, None]


def test_a_negative_number_is_refused():
    """A minus before a number is a fault of the data, not a dash."""
    assert normalise(pd.Series([-501112233]), "UA").tolist() == [None]
    assert normalise(pd.Series([-501112233.0]), "UA").tolist() == [None]


def test_a_mixed_column_is_read_value_by_value():
    """Strings, numbers and gaps in one column each find their own reading."""
    column = objects("050 111 22 33", 501112233, 501112233.0, None, np.nan, True, [PHONE], "")
    assert normalise(column, "UA").tolist() == [PHONE, PHONE, PHONE, None, None, None, None, None]


@pytest.mark.parametrize("dtype", ["str", "category", "string[pyarrow]", "string"])
def test_string_dtypes_are_read_alike(dtype):
    """However the column holds strings, the phones are the same."""
    column = pd.Series(["050 111 22 33", None, "0501112233"]).astype(dtype)
    assert normalise(column, "UA").tolist() == [PHONE, None, PHONE]


def test_no_rows_make_no_phones():
    """A column without rows is not an error."""
    assert normalise(pd.Series([], dtype="str"), "UA").tolist() == []


# Regions


@pytest.mark.parametrize(
    ("written", "region", "expected"),
    [
        ("07700 900123", "GB", "+447700900123"),
        ("+44 7700 900123", "UA", "+447700900123"),
        ("0044 7700 900123", "UA", "+447700900123"),
        ("600 000 000", "PL", "+48600000000"),
        ("+380 50 111 22 33", "PL", PHONE),
        ("00380501112233", "PL", PHONE),
        ("00380501112233", "US", PHONE),
        ("380501112233", "PL", PHONE),
        ("0501112233", "PL", None),
        ("(202) 555-0123", "US", "+12025550123"),
    ],
)
def test_the_region_is_assumed_only_where_a_number_does_not_say(written, region, expected):
    """A country code stands above region=; a number without one belongs to the region."""
    assert read_phone(written, region) == expected


def test_bare_digits_are_taken_for_a_foreign_number_only_where_it_can_exist():
    """A digit too many must not turn a Ukrainian phone into one of Belize or Afghanistan."""
    assert read_phone("48600000000", "UA") == "+48600000000"
    for foreign in ("5011122334", "6731112233", "93111223344", "20901234567"):
        assert read_phone(foreign, "UA") is None


@pytest.mark.parametrize("region", ["Ukraine", "", "ua ", "XX", "001", None, 380])
def test_an_unknown_region_is_refused(region):
    """A region that is no country code stops the call."""
    with pytest.raises(MappingError, match=r"^region: "):
        check_region(region)


def test_a_region_may_be_written_small():
    """Capitals are no matter."""
    assert check_region("ua") == "UA"


def test_a_bad_phone_rejects_its_row_without_showing_it():
    """The row is told which column is at fault; the phone itself stays where it was."""
    table = segment(tel=objects("немає 0501112233", 501112233.0, None))
    assert rejected(table, to_phone="{tel}") == {
        0: (
            Reason.PHONE_INVALID,
            "tel: not a phone number that can be brought to +380… (E.164) form",
        ),
        2: (Reason.MISSING_VALUE, "tel: a value that the message needs is missing"),
    }
