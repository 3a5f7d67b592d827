"""The sample data is what its README says, and can reach nobody."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import phonenumbers
import pytest
from phonenumbers import Leniency, PhoneNumberMatcher, PhoneNumberType, ValidationResult

FOLDER = Path(__file__).resolve().parents[1] / "sample_data"
CSV_FILES = ("autumn_promo.csv", "survey.csv", "opt_out.csv")
PHONE_COLUMNS = (
    ("autumn_promo.csv", "phone"),
    ("autumn_promo.csv", "phone_alt"),
    ("survey.csv", "phone"),
    ("opt_out.csv", "phone"),
    ("transactions.parquet", "phone"),
)
# No Ukrainian number starts with 20 or 0 after +380; +44 7700 900 is the UK's range for drama.
RESERVED = ("+38020", "+3800", "+447700900")
EMOJI = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")


def as_text(name: str) -> pd.DataFrame:
    """Read a file with every cell as the text that stands in it."""
    if name.endswith(".parquet"):
        return pd.read_parquet(FOLDER / name).astype("string").fillna("")
    return pd.read_csv(FOLDER / name, dtype=str, keep_default_na=False)


def phone_cells() -> Iterator[str]:
    """Yield each cell that holds a phone or should."""
    for name, column in PHONE_COLUMNS:
        yield from as_text(name)[column]


def parsed(text: str, region: str | None = "UA") -> phonenumbers.PhoneNumber | None:
    """Read a text as phonenumbers does."""
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def e164(number: phonenumbers.PhoneNumber) -> str:
    """Write a number as the API wants it."""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def fixed(cell: str) -> str | None:
    """Return the E.164 form that a careful reader finds in a cell, if any."""
    number = parsed(re.sub(r"^(\d+)\.0$", r"\1", cell.strip()))
    if number is None or str(e164(number)).startswith("+3800"):
        return None
    reason = phonenumbers.is_possible_number_for_type_with_reason(number, PhoneNumberType.MOBILE)
    return e164(number) if reason == ValidationResult.IS_POSSIBLE else None


def shape(cell: str) -> str:
    """Return a phone's spelling with each digit made a 9."""
    return re.sub(r"\d", "9", cell)


def promised(section: str) -> dict[str, int]:
    """Return the counts that README.md gives under a file's name."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    block = text.split(f"## {section}\n")[1].split("\n## ")[0]
    return {
        label: int(count.replace(",", ""))
        for label, count in re.findall(r"^\| (.+?) \| ([\d,]+) \|$", block, re.MULTILINE)
    }


def promo_counts() -> dict[str, int]:
    """Count what is in the promo segment, without a look at the script that made it."""
    promo = as_text("autumn_promo.csv")
    phone, name = promo["phone"], promo["first_name"]
    read = phone.map(fixed)
    ready = read.notna() & (name != "")
    blank = phone.str.strip() == ""
    out = set(as_text("opt_out.csv")["phone"].map(fixed).dropna())
    schedules = pd.to_datetime(promo.loc[promo["send_at"] != "", "send_at"], utc=True)
    names = name + " " + promo["last_name"]
    assert (schedules.dt.year == 2025).all()
    return {
        "rows": len(promo),
        "phone blank": int((phone == "").sum()),
        "phone only a space": int((blank & (phone != "")).sum()),
        "phone that cannot be fixed": int((read.isna() & ~blank).sum()),
        "of these, a word, a dash or a zero": int((~phone.str.contains("[1-9]") & ~blank).sum()),
        "of these, nine characters that start with 0": int(phone.str.fullmatch(r"0\d{8}").sum()),
        "phone of another country": int(read.str.startswith("+44", na=False).sum()),
        "phone as a float left it (`….0`)": int(phone.str.endswith(".0").sum()),
        "phone with a leading apostrophe": int(phone.str.startswith("'").sum()),
        "phone with no-break spaces": int(phone.str.contains("\u00a0").sum()),
        "phone between invisible marks": int(phone.str.contains("\u202a").sum()),
        "spellings of phones that can be fixed": phone[read.notna()].map(shape).nunique(),
        "first_name blank": int((name == "").sum()),
        "first_name with an emoji": int(name.str.contains(EMOJI).sum()),
        "a name with `'`": int(names.str.contains("'").sum()),
        "a name with `’`": int(names.str.contains("’").sum()),
        "a first name in Latin letters": int(name.str.contains("[A-Za-z]").sum()),
        "bonus blank": int((promo["bonus"] == "").sum()),
        "phone_alt given": int((promo["phone_alt"] != "").sum()),
        "consent false": int((promo["consent"] == "false").sum()),
        "consent blank": int((promo["consent"] == "").sum()),
        "an expired schedule": len(schedules),
        "the same person again, phone spelled otherwise": int(read.dropna().duplicated().sum()),
        "rows with a name and a phone": int(ready.sum()),
        "persons with a name and a phone": read[ready].nunique(),
        "rows of people who opted out": int(read.isin(out).sum()),
    }


def transaction_counts() -> dict[str, int]:
    """Count what is in the transactions."""
    orders = pd.read_parquet(FOLDER / "transactions.parquet")
    return {
        "rows": len(orders),
        "phone missing": int(orders["phone"].isna().sum()),
        "phone not in E.164": int((~orders["phone"].dropna().str.fullmatch(r"\+\d{12}")).sum()),
        "first_name missing": int(orders["first_name"].isna().sum()),
        "delivery_day and tracking_url missing": int(
            (orders["delivery_day"].isna() & orders["tracking_url"].isna()).sum()
        ),
        "orders of someone who ordered before": int(orders["phone"].dropna().duplicated().sum()),
        "not in UAH": int((orders["currency"] != "UAH").sum()),
    }


def survey_counts() -> dict[str, int]:
    """Count what is in the survey."""
    survey = as_text("survey.csv")
    options = (survey.filter(like="option_") != "").sum(axis=1)
    assert options.between(2, 4).all()
    return {
        "rows": len(survey),
        "phone blank": int((survey["phone"] == "").sum()),
        "phone with a digit lost": int((survey["phone"].map(fixed).isna()).sum())
        - int((survey["phone"] == "").sum()),
        "first_name blank": int((survey["first_name"] == "").sum()),
        "question of exactly 85 characters": int((survey["question"].str.len() == 85).sum()),
        "question of exactly 86 characters": int((survey["question"].str.len() == 86).sum()),
        "question of more than 86 characters": int((survey["question"].str.len() > 86).sum()),
        "question or option with an emoji": int(
            survey.apply(lambda row: bool(EMOJI.search(" ".join(row))), axis=1).sum()
        ),
    }


def opt_out_counts() -> dict[str, int]:
    """Count what is in the opt-out list."""
    phones = as_text("opt_out.csv")["phone"]
    promo = set(as_text("autumn_promo.csv")["phone"].map(fixed).dropna())
    return {
        "rows": len(phones),
        "phone that cannot be fixed": int(phones.map(fixed).isna().sum()),
        "persons who are in the promo": phones.map(fixed).dropna().isin(promo).sum(),
        "spellings of phones": phones.map(shape).nunique(),
    }


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the data once more in a folder of its own."""
    folder = tmp_path_factory.mktemp("sample_data")
    subprocess.run([sys.executable, FOLDER / "make.py", folder], check=True)  # noqa: S603
    return folder


@pytest.mark.parametrize("name", CSV_FILES)
def test_csv_is_made_again_byte_for_byte(remade: Path, name: str) -> None:
    """The script writes the very bytes of the CSV that is committed."""
    assert (remade / name).read_bytes() == (FOLDER / name).read_bytes()


def test_parquet_is_made_again_with_equal_contents(remade: Path) -> None:
    """The script writes the rows and types of the Parquet file that is committed."""
    name = "transactions.parquet"
    again, committed = (pd.read_parquet(folder / name) for folder in (remade, FOLDER))
    pd.testing.assert_frame_equal(again, committed)


def test_no_csv_files_are_large() -> None:
    """The CSV files together stay below 900 kB."""
    assert sum((FOLDER / name).stat().st_size for name in CSV_FILES) < 900_000


def test_every_readable_phone_is_in_a_reserved_range() -> None:
    """Each phone that can be read, even half, is in a range that is never assigned."""
    numbers = [parsed(cell) for cell in phone_cells()]
    outside = [e164(n) for n in numbers if n and not e164(n).startswith(RESERVED)]
    # The rest is of no length that a phone has, such as one with an extension.
    assert not [n for n in outside if phonenumbers.is_possible_number(phonenumbers.parse(n))]


def test_every_fixable_phone_is_possible_and_not_valid() -> None:
    """A phone that can be fixed has a mobile's length and belongs to nobody."""
    found = {read for cell in phone_cells() if (read := fixed(cell))}
    assert len(found) > 5_000
    assert all(n.startswith(("+38020", "+447700900")) for n in found)
    assert not [n for n in found if phonenumbers.is_valid_number(phonenumbers.parse(n))]


@pytest.mark.parametrize("region", ["international", "UA", "US", "GB", "PL"])
def test_no_careless_reading_reaches_a_real_phone(region: str) -> None:
    """The bare digits of a phone cell, taken whole, are no valid number there."""
    prefix, where = ("+", None) if region == "international" else ("", region)
    digits = {re.sub(r"\D", "", cell) for cell in phone_cells()}
    numbers = [parsed(prefix + d, where) for d in digits]
    assert not [e164(n) for n in numbers if n and phonenumbers.is_valid_number(n)]


@pytest.mark.parametrize("name", [*CSV_FILES, "transactions.parquet"])
def test_no_other_text_holds_a_valid_phone(name: str) -> None:
    """No cell of any column holds something that is a valid phone in Ukraine."""
    cells = pd.unique(as_text(name).to_numpy().ravel())
    found = [
        match.raw_string
        for cell in cells
        for match in PhoneNumberMatcher(str(cell), "UA", leniency=Leniency.VALID)
    ]
    assert not found


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("autumn_promo.csv", promo_counts),
        ("transactions.parquet", transaction_counts),
        ("survey.csv", survey_counts),
        ("opt_out.csv", opt_out_counts),
    ],
)
def test_readme_gives_the_true_counts(name: str, count) -> None:
    """Each flaw is there exactly as often as the README says."""
    assert promised(name) == count()


def test_promo_has_the_flaws_that_real_exports_have() -> None:
    """The flaws are of the size that makes the file worth trying."""
    counts = promo_counts()
    assert counts["spellings of phones that can be fixed"] >= 12
    unusable = counts["phone blank"] + counts["phone only a space"]
    unusable += counts["phone that cannot be fixed"]
    assert 0.04 <= unusable / counts["rows"] <= 0.06
    names = as_text("autumn_promo.csv")[["first_name", "last_name"]]
    assert set("іїєґ'’") <= set("".join(names.to_numpy().ravel()).lower())


def test_flaws_of_the_promo_do_not_overlap() -> None:
    """Each row has one flaw at most, so that the counts of reasons can be told beforehand."""
    promo = as_text("autumn_promo.csv")
    read = promo["phone"].map(fixed)
    flaws = [
        promo["first_name"] == "",
        read.isna(),
        read.str.startswith("+44", na=False),
        promo["first_name"].str.contains(EMOJI),
        promo["send_at"] != "",
    ]
    assert sum(flaw.astype(int) for flaw in flaws).max() == 1


def test_numbers_with_blanks_are_read_as_floats() -> None:
    """Pandas reads phone_alt and bonus as floats, as it does in real exports."""
    promo = pd.read_csv(FOLDER / "autumn_promo.csv")
    assert promo[["phone_alt", "bonus"]].dtypes.eq("float64").all()


def test_order_ids_are_unique_and_times_have_a_zone() -> None:
    """An id such as ``order-{order_id}`` is unique, and paid_at is in UTC."""
    orders = pd.read_parquet(FOLDER / "transactions.parquet")
    assert orders["order_id"].is_unique
    assert str(orders["paid_at"].dtype) == "datetime64[us, UTC]"
