"""Tables in and out of files."""

import re
import zipfile

import pandas as pd
import pytest

from cascade_frames.errors import MappingError
from cascade_frames.files import check_writable, read_table, write_table


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "phone": ["+380501112233", "0501112234"],
            "code": ["007", "012"],
            "amount": [10.5, 3.0],
            "sent_at": pd.to_datetime(["2026-01-01T10:00Z", "2026-01-02T10:00Z"]).as_unit("us"),
        }
    )


def test_csv_keeps_leading_zeros_and_pluses(tmp_path, table):
    """Phones and codes come back as they were written; numbers become numbers."""
    write_table(table, tmp_path / "a.csv")
    back = read_table(tmp_path / "a.csv")
    assert back["phone"].tolist() == table["phone"].tolist()
    assert back["code"].tolist() == ["007", "012"]
    assert back["amount"].tolist() == [10.5, 3.0]


def test_long_digit_strings_stay_text(tmp_path):
    """A code of twenty digits is not rounded into a float."""
    (tmp_path / "a.csv").write_text("code\n12345678901234567890\n")
    assert read_table(tmp_path / "a.csv")["code"].tolist() == ["12345678901234567890"]


def test_parquet_comes_back_equal(tmp_path, table):
    """Parquet keeps values and types."""
    write_table(table, tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(read_table(tmp_path / "a.parquet"), table)


def test_excel_comes_back_with_moments_in_utc(tmp_path, table):
    """Excel has no zones, so moments are in UTC there; everything else is as it was."""
    write_table(table, tmp_path / "a.xlsx")
    back = read_table(tmp_path / "a.xlsx")
    assert back["phone"].tolist() == table["phone"].tolist()
    assert back["sent_at"].tolist() == table["sent_at"].dt.tz_localize(None).tolist()


def test_another_encoding_is_named(tmp_path):
    """A cp1251 file is refused with the option that reads it, and is read with it."""
    (tmp_path / "a.csv").write_bytes("ім'я;phone\nОстап;0501112233\n".encode("cp1251"))
    with pytest.raises(MappingError, match="--encoding cp1251"):
        read_table(tmp_path / "a.csv")
    back = read_table(tmp_path / "a.csv", encoding="cp1251", separator=";")
    assert back["ім'я"].tolist() == ["Остап"]


def test_a_missing_file_names_the_nearest(tmp_path):
    """A mistyped file name is answered with the one that is there."""
    (tmp_path / "segment.csv").write_text("a\n1\n")
    with pytest.raises(MappingError, match=r"Did you mean segment\.csv"):
        read_table(tmp_path / "segmnt.csv")


@pytest.mark.parametrize("name", ["a.txt", "a"])
def test_other_suffixes_are_refused(tmp_path, name):
    """A suffix we do not know is refused, for reading and for writing."""
    with pytest.raises(MappingError, match=r"\.csv, \.parquet, \.xlsx"):
        read_table(tmp_path / name)
    with pytest.raises(MappingError, match=r"\.csv, \.parquet, \.xlsx"):
        check_writable(tmp_path / name)


@pytest.mark.parametrize("name", ["a.parquet", "a.xlsx", "a.csv"])
def test_a_file_that_is_no_table_is_refused(tmp_path, name):
    """A broken file gives one clear error."""
    (tmp_path / name).write_bytes(b'"\x01\n"a"b\n\n,,,"')
    with pytest.raises(MappingError, match=r"cannot be read|not written in"):
        read_table(tmp_path / name)


def test_an_output_without_a_folder_is_refused_beforehand(tmp_path):
    """A result that could not be written is told before the send, not after."""
    with pytest.raises(MappingError, match="no folder"):
        check_writable(tmp_path / "missing" / "a.csv")


FORMULAS = {"=1+1": ["=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", " =1", "＝1"]}


def test_a_formula_stays_text_in_excel(tmp_path):
    """No cell of an Excel file is a formula or a link, and all come back as they were."""
    table = pd.DataFrame({**FORMULAS, "link": ["https://example.com/a"] * 7})
    write_table(table, tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert not re.search("<f[ >]|hyperlink", sheet)
    pd.testing.assert_frame_equal(read_table(tmp_path / "a.xlsx"), table, check_dtype=False)


def test_a_formula_is_marked_in_csv(tmp_path):
    """In a CSV file an apostrophe stands before each formula, and before a column's name."""
    table = pd.DataFrame(FORMULAS)
    write_table(table, tmp_path / "a.csv")
    raw = pd.read_csv(tmp_path / "a.csv")
    assert all(str(text).startswith("'") for text in [*raw.columns, *raw["'=1+1"]])
    pd.testing.assert_frame_equal(read_table(tmp_path / "a.csv"), table, check_dtype=False)


def test_phones_and_numbers_are_not_marked(tmp_path):
    """A phone's plus and a number's minus are no formulas, as text or as numbers."""
    table = pd.DataFrame(
        {"phone": ["+380501112233"], "text": ["-5.2"], "number": [-5.2], "sent": [pd.NaT]}
    )
    write_table(table, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "phone,text,number,sent\n+380501112233,-5.2,-5.2,\n"
