"""Tables in and out of files, by suffix: CSV, Parquet, Excel."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from cascade_frames.errors import MappingError
from cascade_frames.formulas import neutralised, restored

_NUMBER: Final = r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]+)?"
_EXCEL_HINT: Final = "Excel files need two more packages: pip install 'cascade-frames[excel]'."
_TEXT_AS_TEXT: Final = {"strings_to_formulas": False, "strings_to_urls": False}
_FIRST_ROWS: Final = 200  # that widths are measured by
_NARROWEST: Final = 8
_WIDEST: Final = 60
SUFFIXES: Final = (".csv", ".parquet", ".xlsx")


def read_table(path: Path, *, encoding: str = "utf-8-sig", separator: str = ",") -> pd.DataFrame:
    """Read a table.

    In a CSV file a column becomes numbers only where nothing is lost by it: codes with leading
    zeros and phones with a plus stay text. An apostrophe that `write_table` put in front of a
    formula is taken away again.

    Args:
        path: a file with one of `SUFFIXES`; of an Excel file, the first sheet is read.
        encoding, separator: of a CSV file.

    Raises:
        MappingError: no such file, a suffix we do not read, another encoding, not a table.
    """
    _check_suffix(path)
    if not path.is_file():
        raise MappingError(f"There is no file {path}.{_near(path)}")
    try:
        if path.suffix.lower() == ".parquet":
            return pd.read_parquet(path)
        if path.suffix.lower() == ".xlsx":
            # Cells keep the types they have in the sheet; a phone written as text stays text.
            return pd.read_excel(path, engine="calamine", dtype=object).infer_objects()
        table = pd.read_csv(path, dtype="str", encoding=encoding, sep=separator)
        return _with_numbers(restored(table))
    except UnicodeDecodeError:
        raise MappingError(
            f"{path} is not written in {encoding}. Files from a Ukrainian Excel often are in "
            "cp1251: pass --encoding cp1251."
        ) from None
    except ImportError:
        raise MappingError(_EXCEL_HINT) from None
    except Exception as error:  # noqa: BLE001 - each reader has errors of its own
        raise MappingError(
            f"{path} cannot be read as a table ({type(error).__name__}). For a CSV file, check "
            "--separator."
        ) from None


def write_table(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table, without its index.

    In a CSV file text that a spreadsheet would take for a formula gets an apostrophe in front,
    column names too; in an Excel file every text is written as text. Excel has no time zones,
    so there moments are written in UTC without one.

    Raises:
        MappingError: a suffix we do not write, or a place that cannot be written.
    """
    path = Path(path)
    _check_suffix(path)
    try:
        if path.suffix.lower() == ".parquet":
            table.to_parquet(path, index=False)
        elif path.suffix.lower() == ".xlsx":
            with _open_book(path) as book:
                _without_zones(table).to_excel(book, index=False)
        else:
            neutralised(table).to_csv(path, index=False)
    except ImportError:
        raise MappingError(_EXCEL_HINT) from None
    except OSError as error:
        raise MappingError(f"{path} cannot be written ({error.strerror}).") from None


@dataclass(frozen=True)
class Sheet:
    """A sheet of an Excel file.

    Attributes:
        name: up to 31 characters that Excel takes, and no other sheet's.
        table: what is on it.
        formats: how Excel shows the numbers of each column; nothing for none.
    """

    name: str
    table: pd.DataFrame
    formats: Sequence[str]


def write_book(sheets: Sequence[Sheet], path: str | Path) -> None:
    """Write tables as the sheets of an Excel file, without their index; every text as text.

    Moments are written in UTC without a zone, as by `write_table`.

    Raises:
        MappingError: the name does not end in .xlsx, or the place cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise MappingError(f"{path.name}: the name must end in .xlsx.")
    try:
        with _open_book(path) as book:
            for sheet in sheets:
                _without_zones(sheet.table).to_excel(book, sheet_name=sheet.name, index=False)
                _dress(book.sheets[sheet.name], book.book, sheet)
    except ImportError:
        raise MappingError(_EXCEL_HINT) from None
    except OSError as error:
        raise MappingError(f"{path} cannot be written ({error.strerror}).") from None


def _open_book(path: Path) -> pd.ExcelWriter[Any]:
    return pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs={"options": _TEXT_AS_TEXT})


def _dress(page: Any, book: Any, sheet: Sheet) -> None:  # noqa: ANN401 - of xlsxwriter
    """Widths that fit, numbers as they are read, and headings that stay in sight."""
    page.freeze_panes(1, 0)
    page.set_row(0, None, book.add_format({"bold": True}))
    for at, number_format in enumerate(sheet.formats):
        name, values = str(sheet.table.columns[at]), sheet.table.iloc[:_FIRST_ROWS, at]
        longest = max([len(name), *(len(str(value)) for value in values)])
        look = book.add_format({"num_format": number_format}) if number_format else None
        page.set_column(at, at, min(max(longest + 2, _NARROWEST), _WIDEST), look)


def check_writable(path: Path) -> None:
    """Refuse a place that could not be written after a send, before the send.

    Raises:
        MappingError: see `write_table`.
    """
    _check_suffix(path)
    if not path.parent.is_dir():
        raise MappingError(f"There is no folder {path.parent} to write {path.name} into.")


def _check_suffix(path: Path) -> None:
    if path.suffix.lower() not in SUFFIXES:
        raise MappingError(f"{path.name}: the name must end in {', '.join(SUFFIXES)}.")


def _near(path: Path) -> str:
    if not path.parent.is_dir():
        return ""
    names = [one.name for one in path.parent.iterdir() if one.suffix.lower() in SUFFIXES]
    near = difflib.get_close_matches(path.name, names, n=1)
    return f" Did you mean {near[0]}?" if near else ""


def _with_numbers(table: pd.DataFrame) -> pd.DataFrame:
    converted: dict[Any, pd.Series[Any]] = {}
    for name in table.columns:
        values = table[name].dropna()
        if len(values) and values.str.fullmatch(_NUMBER).all():
            converted[name] = pd.to_numeric(table[name])
    return table.assign(**{str(name): values for name, values in converted.items()})


def _without_zones(table: pd.DataFrame) -> pd.DataFrame:
    zoned = table.select_dtypes("datetimetz").columns
    return table.assign(
        **{str(name): table[name].dt.tz_convert("UTC").dt.tz_localize(None) for name in zoned}
    )
