"""Make the sample data anew: ``python sample_data/make.py [FOLDER]``.

Everything here is invented. Every phone is in a range that no operator can assign: the Ukrainian
ones start with ``+380 20`` (national numbers start with 3 to 9 there), the foreign ones are in
the range ``+44 7700 900000`` to ``900999`` that the UK keeps for drama. README.md tells which
flaws are put in on purpose, and how many of each.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from people import (
    CITIES,
    CUSTOMER_RANGE,
    EMOJI_NAMED,
    OTHER_RANGE,
    SHOP_CODES,
    SPELLINGS,
    Draw,
    Person,
    grouped,
    invent_national,
    invent_nationals,
    invent_person,
    some_day,
    spell,
    unfixable_phones,
)
from surveys import survey_rows

Row = dict[str, str]

# autumn_promo.csv. The kinds of people do not overlap, so that each count can be checked alone.
PROMO_ROWS = 5_000
BLANK_PHONES = 75
BLANK_PHONES_OF_SPACES = 6
UNFIXABLE_PHONES = 200  # the sum of the counts in UNFIXABLE
BLANK_NAMES = 30
FOREIGN_PHONES = 12
EMOJI_NAMES = 14
EXPIRED_SCHEDULES = 12
SAME_PERSON_TWICE = 100

TRANSACTION_ROWS = 2_000
OPT_OUT_ROWS = 150
OPT_OUT_FROM_PROMO = 90
OPT_OUT_UNREADABLE = 3


# ---------------------------------------------------------------- autumn_promo.csv


class Kinds(NamedTuple):
    """The people of the promo, by what is wrong with their rows."""

    fine: list[Person]
    blank_name: list[Person]
    foreign: list[Person]
    emoji: list[Person]
    expired: list[Person]
    blank_phone: list[Person]
    unfixable: list[Person]

    @property
    def reachable(self) -> list[Person]:
        """Those with a name and a phone."""
        return [*self.fine, *self.foreign, *self.emoji, *self.expired]


def invent_kinds(draw: Draw) -> Kinds:
    """Invent all people of the promo."""
    people = (
        invent_person(draw, n)
        for n in invent_nationals(draw, CUSTOMER_RANGE, PROMO_ROWS - SAME_PERSON_TWICE)
    )
    blank_name = [next(people)._replace(first_name="") for _ in range(BLANK_NAMES)]
    foreign = [
        next(people)._replace(national=f"7700900{number:03d}", country="44")
        for number in range(101, 101 + FOREIGN_PHONES)
    ]
    emoji = [
        Person(*EMOJI_NAMED[i % len(EMOJI_NAMED)], next(people).national)
        for i in range(EMOJI_NAMES)
    ]
    expired = [next(people) for _ in range(EXPIRED_SCHEDULES)]
    blank_phone = [next(people) for _ in range(BLANK_PHONES)]
    unfixable = [next(people) for _ in range(UNFIXABLE_PHONES)]
    return Kinds(list(people), blank_name, foreign, emoji, expired, blank_phone, unfixable)


def other_phone(draw: Draw) -> str:
    """Return a second phone as a float column writes it, or nothing for most people."""
    if not draw.chance(0.3):
        return ""
    national = invent_national(draw, OTHER_RANGE)
    return f"380{national}.0" if draw.chance(0.7) else f"{national}.0"


def expired_schedule(draw: Draw) -> str:
    """Return a time of 2025 in Kyiv: +02:00 in February, +03:00 in September."""
    start, zone = draw.pick(((date(2025, 2, 3), "+02:00"), (date(2025, 9, 1), "+03:00")))
    day = some_day(draw, start, 25)
    return f"{day.isoformat()}T{draw.between(9, 19):02d}:{draw.pick(('00', '15', '30'))}:00{zone}"


def promo_row(draw: Draw, person: Person, phone: str, send_at: str = "") -> Row:
    """Return the row of a person, without its customer_id."""
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "phone": phone,
        "phone_alt": other_phone(draw),
        "city": draw.weighted(CITIES),
        "age_group": draw.pick(("18-24", "25-34", "35-44", "45-54", "55+", "")),
        "segment": draw.weighted(((5, "постійний"), (3, "новий"), (2, "сплячий"), (1, "VIP"))),
        "bonus": "" if draw.chance(0.15) else str(draw.between(0, 150) * 10),
        "last_purchase": some_day(draw, date(2024, 9, 1), 365).isoformat(),
        "consent": draw.weighted(((86, "true"), (6, "false"), (8, ""))),
        "send_at": send_at,
        "store_url": f"https://example.com/s/{draw.pick(SHOP_CODES)}",
    }


def same_person_again(draw: Draw, person: Person, row: Row) -> Row:
    """Return a second row of a person: the phone in another spelling, often the name too."""
    phone = row["phone"]
    while phone == row["phone"]:
        phone = spell(draw, person)
    name = person.first_name
    renamed = person._replace(
        first_name=draw.pick((name, name, name.upper(), f"{name} ", name.lower()))
    )
    return promo_row(draw, renamed, phone)


def promo_rows(draw: Draw, kinds: Kinds) -> list[Row]:
    """Return the rows of the promo in the order of the customer_id."""
    fine = [promo_row(draw, person, spell(draw, person)) for person in kinds.fine]
    others = [*kinds.blank_name, *kinds.foreign, *kinds.emoji]
    spoiled = unfixable_phones(draw, [person.national for person in kinds.unfixable])
    blanks = [" "] * BLANK_PHONES_OF_SPACES
    blanks += [""] * (BLANK_PHONES - BLANK_PHONES_OF_SPACES)
    rows = [
        *fine,
        *(promo_row(draw, p, spell(draw, p)) for p in others),
        *(promo_row(draw, p, spell(draw, p), expired_schedule(draw)) for p in kinds.expired),
        *(promo_row(draw, p, blank) for p, blank in zip(kinds.blank_phone, blanks, strict=True)),
        *(promo_row(draw, p, phone) for p, phone in zip(kinds.unfixable, spoiled, strict=True)),
        *(same_person_again(draw, kinds.fine[i], fine[i]) for i in range(SAME_PERSON_TWICE)),
    ]
    return number_customers(draw, draw.shuffled(rows))


def number_customers(draw: Draw, rows: Iterable[Row]) -> list[Row]:
    """Give each row a customer_id, rising with gaps."""
    numbered, number = [], 1000
    for row in rows:
        number += draw.between(1, 4)
        numbered.append({"customer_id": f"C-{number}", **row})
    return numbered


# ---------------------------------------------------------------- transactions.parquet


def transaction_phone(draw: Draw, person: Person, position: int) -> str | None:
    """Return a clean phone, but for a few missing ones and a few in the national form."""
    if position % 250 == 100:
        return None
    if position % 160 == 30:
        return f"0{grouped(person.national, draw.pick(('', ' ')))}"
    return person.e164


def transactions(draw: Draw, people: Sequence[Person]) -> pa.Table:
    """Return the orders paid in two months; some people ordered more than once."""
    schema = pa.schema(
        {
            "order_id": pa.int64(),
            "phone": pa.string(),
            "first_name": pa.string(),
            "amount": pa.decimal128(10, 2),
            "delivery_fee": pa.float64(),
            "currency": pa.string(),
            "paid_at": pa.timestamp("us", tz="UTC"),
            "delivery_day": pa.date32(),
            "tracking_url": pa.string(),
        }
    )
    paid_at, order_id, orders = datetime(2025, 9, 1, 5, tzinfo=UTC), 40_000, []
    buyers = people[:1_500]
    for position in range(TRANSACTION_ROWS):
        order_id += draw.between(1, 3)
        paid_at += timedelta(seconds=draw.between(30, 5_000), milliseconds=draw.between(0, 999))
        buyer = draw.pick(buyers)
        picked_up = position % 50 == 7
        orders.append(
            {
                "order_id": order_id,
                "phone": transaction_phone(draw, buyer, position),
                "first_name": None if position % 200 == 55 else buyer.first_name,
                "amount": Decimal(draw.between(9_900, 1_250_000)).scaleb(-2),
                "delivery_fee": draw.pick((0.0, 45.0, 79.5)),
                "currency": draw.weighted(((96, "UAH"), (3, "EUR"), (1, "PLN"))),
                "paid_at": paid_at,
                "delivery_day": None
                if picked_up
                else some_day(draw, paid_at.date() + timedelta(days=1), 5),
                "tracking_url": None if picked_up else f"https://example.com/t/{order_id:x}",
            }
        )
    return pa.Table.from_pylist(orders, schema=schema)


# ---------------------------------------------------------------- opt_out.csv


def opt_out_rows(draw: Draw, customers: Sequence[Person], strangers: Sequence[str]) -> list[Row]:
    """Return those who want no more messages; not all of them are in the promo."""
    others = OPT_OUT_ROWS - OPT_OUT_FROM_PROMO - OPT_OUT_UNREADABLE
    phones = [spell(draw, person) for person in customers[:OPT_OUT_FROM_PROMO]]
    phones += [draw.weighted(SPELLINGS)(national) for national in strangers[:others]]
    phones += [f"+380{national[:-1]}" for national in strangers[others:][:OPT_OUT_UNREADABLE]]
    rows = []
    for phone in draw.shuffled(phones):
        day = some_day(draw, date(2025, 1, 10), 230).isoformat()
        rows.append(
            {
                "phone": phone,
                "opted_out_at": f"{day}T{draw.between(6, 20):02d}:{draw.between(0, 59):02d}:00Z",
                "channel": draw.weighted(((5, "sms"), (3, "viber"), (1, "telegram"), (3, "all"))),
            }
        )
    return rows


# ---------------------------------------------------------------- writing


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    """Write rows as UTF-8 with the same line ends everywhere."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_all(folder: Path) -> None:
    """Write every file of the sample data into the folder."""
    kinds = invent_kinds(Draw(0))
    people = [p for p in kinds.reachable if p.country == "380"]
    strangers = invent_nationals(Draw(1), OTHER_RANGE, OPT_OUT_ROWS)

    write_csv(folder / "autumn_promo.csv", promo_rows(Draw(2), kinds))
    draw = Draw(3)
    pq.write_table(
        transactions(draw, draw.shuffled(people)),
        folder / "transactions.parquet",
        compression="zstd",
    )
    draw = Draw(4)
    write_csv(folder / "survey.csv", survey_rows(draw, draw.shuffled(people)))
    draw = Draw(5)
    write_csv(folder / "opt_out.csv", opt_out_rows(draw, draw.shuffled(people), strangers))


def main(arguments: Sequence[str]) -> None:
    """Write the files into the folder named, or else beside this script."""
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    folder.mkdir(parents=True, exist_ok=True)
    write_all(folder)
    print(f"wrote the sample data to {folder}")


if __name__ == "__main__":
    main(sys.argv[1:])
