"""survey.csv: one question a customer, as long as surveys may be and longer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from people import Draw, Person, some_day, spell

Row = dict[str, str]

SURVEY_ROWS = 600

STORES = ("Садова, 5", "Набережна, 12", "Ринкова площа", "ТЦ «Липа»", "Привокзальна, 3")
QUESTIONS = (
    "Як вам наша крамниця сьогодні?",
    "Чи швидко вас обслужили на касі? ⏱️",
    "Дякуємо за візит! Чи знайшли ви все, що шукали?",
    "Чи порадили б ви нас друзям? 😊",
)
LONGEST_QUESTION = (
    "Дякуємо, що завітали до нас! Скажіть, чи все було свіжим і чи не довелося вам чекати?"
)
"""Exactly 85 characters, the most a survey may have."""
LONG_QUESTIONS = (
    LONGEST_QUESTION.replace("вам чекати", "вам  чекати"),  # a double space makes it 86
    f"{LONGEST_QUESTION} Нам дуже важлива ваша думка.",
)
OPTIONS = (
    ("Так", "Ні"),
    ("Чудово 😀", "Добре", "Погано 😞"),
    ("Так", "Радше так", "Радше ні", "Ні"),
    ("Дуже сподобалося", "Нормально", "Є зауваження", "Зателефонуйте мені"),
)


def survey_question(draw: Draw, position: int) -> str:
    """Return a question; 6 of the file are of the greatest length and 7 are over it."""
    if position % 100 == 40:
        return LONGEST_QUESTION
    if position % 100 == 60 or position == 7:
        return LONG_QUESTIONS[position % 2]
    return draw.pick(QUESTIONS)


def survey_phone(draw: Draw, person: Person, position: int) -> str:
    """Return a phone, most of them clean; 6 of the file are blank and 4 have lost a digit."""
    if position % 100 == 20:
        return ""
    if position % 150 == 130:
        return person.e164[:-1]
    return person.e164 if draw.chance(0.8) else spell(draw, person)


def survey_rows(draw: Draw, people: Sequence[Person]) -> list[Row]:
    """Return one row for each of the first visitors among the people."""
    rows = []
    for position, person in enumerate(people[:SURVEY_ROWS]):
        day = some_day(draw, date(2025, 10, 1), 14).isoformat()
        options = draw.pick(OPTIONS)
        rows.append(
            {
                "phone": survey_phone(draw, person, position),
                "first_name": "" if position % 120 == 90 else person.first_name,
                "store": draw.pick(STORES),
                "visited_at": f"{day} {draw.between(8, 20):02d}:{draw.between(0, 59):02d}",
                "question": survey_question(draw, position),
                **{f"option_{i + 1}": ([*options, "", ""])[i] for i in range(4)},
            }
        )
    return rows
