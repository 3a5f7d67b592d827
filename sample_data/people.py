"""Invented people, their names and cities, and the many ways in which phones get written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import NamedTuple, TypeVar

import numpy as np

T = TypeVar("T")
Spelling = Callable[[str], str]

SEED = 20_250_901

NBSP = "\u00a0"

# How national numbers start here. Any 20 would do for Ukraine. The two digits more are there for
# careless readers: with them, the bare digits are no valid number in North America or the United
# Kingdom either (the area codes 201 and 020 are close), nor with a plus before them (20 is Egypt).
CUSTOMER_RANGE = "2090"
OTHER_RANGE = "2060"


class Draw:
    """A seeded source of choices, one stream for each file.

    Only ``random``, ``integers`` and ``permutation`` of the generator are used, the ones least
    likely to change between versions of numpy.
    """

    def __init__(self, stream: int) -> None:
        self._generator = np.random.default_rng([SEED, stream])

    def chance(self, probability: float) -> bool:
        """Answer yes with this probability."""
        return bool(self._generator.random() < probability)

    def between(self, low: int, high: int) -> int:
        """Return an integer from low to high, both included."""
        return int(self._generator.integers(low, high + 1))

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices, each as likely as the other."""
        return choices[self.between(0, len(choices) - 1)]

    def weighted(self, choices: Sequence[tuple[int, T]]) -> T:
        """Return one of the choices, each as likely as the weight beside it says."""
        point = self.between(1, sum(weight for weight, _ in choices))
        for weight, choice in choices:
            point -= weight
            if point <= 0:
                return choice
        raise AssertionError("weights are positive")

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return the items in another order."""
        return [items[int(i)] for i in self._generator.permutation(len(items))]


class Person(NamedTuple):
    """Someone invented."""

    first_name: str
    last_name: str
    national: str
    """The nine digits after +380, or the ten after +44."""
    country: str = "380"

    @property
    def e164(self) -> str:
        """The phone as the API wants it."""
        return f"+{self.country}{self.national}"


# ---------------------------------------------------------------- names, cities, shops

FEMALE_NAMES = (
    "Олена", "Наталія", "Ірина", "Оксана", "Юлія", "Тетяна", "Марія", "Анна", "Катерина",
    "Світлана", "Вікторія", "Ганна", "Софія", "Соломія", "Зоряна", "Мар'яна", "Мар’яна",
    "Дар'я", "Дар’я", "Раїса", "Таїсія", "Зіновія", "Євгенія", "Єлизавета", "Надія", "Любов",
)  # fmt: skip
MALE_NAMES = (
    "Олександр", "Андрій", "Сергій", "Дмитро", "Іван", "Богдан", "Тарас", "Назар", "Остап",
    "Юрій", "Василь", "Ярослав", "Євген", "В'ячеслав", "В’ячеслав", "Лук'ян", "Дем’ян",
    "Григорій", "Матвій", "Кирило", "Ілля", "Максим", "Роман", "Мирослав",
)  # fmt: skip
LATIN_NAMES = (
    ("Anna", "Kalyniuk"), ("Maria", "Verbova"), ("Oleh", "Stelmashko"), ("Iryna", "Lozova"),
    ("Maksym", "Harbuzenko"), ("Sofia", "Dzhereliuk"), ("Nina", "O'Connor"), ("Liam", "O’Connor"),
)  # fmt: skip
# Feminine and masculine form.
SURNAMES = (
    ("Калинюк", "Калинюк"), ("Вербова", "Вербовий"), ("Стельмашко", "Стельмашко"),
    ("Лозова", "Лозовий"), ("Гарбузенко", "Гарбузенко"), ("Джерелюк", "Джерелюк"),
    ("Соняшна", "Соняшний"), ("Барвінська", "Барвінський"), ("Хмаренко", "Хмаренко"),
    ("Пасічнюк", "Пасічнюк"), ("Грушевик", "Грушевик"), ("Журавлик", "Журавлик"),
    ("Ґудзенко", "Ґудзенко"), ("Ґречна", "Ґречний"), ("Їжачко", "Їжачко"),
    ("Гаївська", "Гаївський"),
    ("Медовик", "Медовик"), ("Липовецька", "Липовецький"), ("Криничнюк", "Криничнюк"),
    ("Солов'їнко", "Солов'їнко"), ("В’юнова", "В’юнов"), ("М'ятенко", "М'ятенко"),
    ("О’Коннор", "О’Коннор"), ("О'Коннор", "О'Коннор"), ("Різдвяна", "Різдвяний"),
    ("Дзвінчук-Польова", "Дзвінчук-Польовий"), ("Смерекова", "Смерековий"), ("Явірко", "Явірко"),
)  # fmt: skip
EMOJI_NAMED = (
    ("Оля 🌸", "Медовик"), ("Катя💛", "Лозова"), ("Іринка ☀️", "Журавлик"), ("Макс 🚀", "Їжачко"),
    ("Юля 💙💛", "Вербова"), ("Сашко 👍🏽", "Пасічнюк"), ("Ліля 👩‍🌾", "Соняшна"),
)  # fmt: skip
CITIES = (
    (30, "Київ"), (12, "Львів"), (11, "Харків"), (11, "Одеса"), (9, "Дніпро"), (5, "Вінниця"),
    (4, "Чернівці"), (4, "Запоріжжя"), (3, "Івано-Франківськ"), (2, "Кам'янець-Подільський"),
    (2, "Слов’янськ"), (2, "Київ, Оболонь"), (1, "КИЇВ"), (1, "Kyiv"), (3, ""),
)  # fmt: skip
SHOP_CODES = ("kyiv-1", "kyiv-2", "lviv-1", "odesa-1", "dnipro-1", "online")


def invent_person(draw: Draw, national: str) -> Person:
    """Return a person with a name of one kind, or now and then one in Latin letters."""
    if draw.chance(0.02):
        return Person(*draw.pick(LATIN_NAMES), national)
    feminine, masculine = draw.pick(SURNAMES)
    if draw.chance(0.6):
        return Person(draw.pick(FEMALE_NAMES), feminine, national)
    return Person(draw.pick(MALE_NAMES), masculine, national)


def invent_national(draw: Draw, start: str) -> str:
    """Return the nine digits of a national number of that range."""
    return f"{start}{draw.between(0, 99_999):05d}"


def invent_nationals(draw: Draw, start: str, count: int) -> list[str]:
    """Return that many different national numbers of a range."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[invent_national(draw, start)] = None
    return list(found)


# ---------------------------------------------------------------- how phones get written


def grouped(national: str, separator: str) -> str:
    """Write nine digits in groups of two, three, two and two."""
    return separator.join((national[:2], national[2:5], national[5:7], national[7:]))


SPELLINGS: tuple[tuple[int, Spelling], ...] = (
    (24, lambda n: f"+380{n}"),
    (18, lambda n: f"380{n}"),
    (18, lambda n: f"0{n}"),
    (5, lambda n: n),
    (3, lambda n: f"00380{n}"),
    (5, lambda n: f"+380 {grouped(n, ' ')}"),
    (5, lambda n: f"+38 (0{n[:2]}) {n[2:5]}-{n[5:7]}-{n[7:]}"),
    (4, lambda n: f"0{grouped(n, ' ')}"),
    (4, lambda n: f"0{grouped(n, '-')}"),
    (2, lambda n: f"(0{n[:2]}) {n[2:5]}-{n[5:7]}-{n[7:]}"),
    (2, lambda n: f"+380{NBSP}{grouped(n, NBSP)}"),
    (2, lambda n: f"'+380{n}"),  # Excel's mark for "this is text"
    (2, lambda n: f"380{n}.0"),  # what a float column leaves behind
    (2, lambda n: f"{n}.0"),
    (1, lambda n: f" 0{n} "),
    (1, lambda n: f"0{grouped(n, '.')}"),
    (1, lambda n: f"\u202a+380{n}\u202c"),  # as copied from a phone book
    (1, lambda n: f"0{n[:2]} {n[2:5]}–{n[5:7]}–{n[7:]}"),
)
FOREIGN_SPELLINGS: tuple[tuple[int, Spelling], ...] = (
    (2, lambda n: f"+44 {n[:4]} {n[4:]}"),
    (2, lambda n: f"+44{n}"),
    (1, lambda n: f"0044{n}"),
)
UNFIXABLE: tuple[tuple[int, Spelling], ...] = (
    (27, lambda n: f"+380{n[:-1]}"),  # a digit lost
    (20, lambda n: f"0{n[:-1]}"),  # a digit lost: nine are left, the first of them the trunk zero
    (10, lambda n: f"0{n[:-2]}"),
    (22, lambda n: f"+380{n}{n[-1]}"),  # a digit typed twice
    (15, lambda n: f"0{n}{n[-2:]}"),
    (15, lambda n: f"+380 {n[:2]} {n[2]}O{n[4]} {n[5:7]} {n[7:]}"),  # a letter O for a zero
    (10, lambda n: f"0{n[:2]} {n[2]}о{n[4]} {n[5:7]} {n[7:]}"),  # a Cyrillic one
    (20, lambda _: "немає"),
    (10, lambda _: "не вказано"),
    (10, lambda _: "-"),
    (5, lambda _: "0"),
    (10, lambda n: f"0{n[4]}-{n[5:7]}-{n[7:]}"),  # as a landline without its area code
    (13, lambda n: f"3.80{n[:3]}E+11"),  # Excel made it a number and rounded it
    (7, lambda n: f"0{n}, 0{n[:4]}{n[:3:-1]}"),  # two phones in one cell
    (6, lambda n: f"0{n[:2]} {n[2:5]} {n[5:7]} {n[7:]} дод. 4"),  # a desk behind a switchboard
)


def spell(draw: Draw, person: Person) -> str:
    """Write a person's phone in one of the ways people do."""
    spellings = SPELLINGS if person.country == "380" else FOREIGN_SPELLINGS
    return draw.weighted(spellings)(person.national)


def unfixable_phones(draw: Draw, nationals: Sequence[str]) -> list[str]:
    """Spoil each number; the weights of `UNFIXABLE` are the exact counts."""
    ways = [way for count, way in UNFIXABLE for _ in range(count)]
    return [way(n) for way, n in zip(draw.shuffled(ways), nationals, strict=True)]


def some_day(draw: Draw, first: date, days: int) -> date:
    """Return a day of the period."""
    return first + timedelta(days=draw.between(0, days - 1))
