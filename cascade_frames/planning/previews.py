"""Single messages as their readers will see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cascade_frames.contract import Field
from cascade_frames.planning.variables import show

if TYPE_CHECKING:
    from cascade_frames.planning.plan import Plan


@dataclass(frozen=True)
class Preview:
    """One message.

    Attributes:
        phone: masked.
        sender, text, options: as sent, server-side variables filled in; empty where there are
            none.
    """

    phone: str
    sender: str
    text: str = field(repr=False)
    options: tuple[str, ...] = field(default=(), repr=False)


def preview(plan: Plan, position: int) -> Preview:
    """The message at a position of the plan's messages."""
    message = plan.messages.iloc[position]
    text, options = message[Field.TEXT], message[Field.SURVEY_OPTIONS]
    known = {variable.id: variable for variable in plan.variables}
    return Preview(
        mask_phone(message[Field.TO_PHONE]),
        message[Field.FROM_NAME],
        show(text, known) if isinstance(text, str) else "",
        tuple(options) if isinstance(options, list) else (),
    )


def mask_phone(phone: str) -> str:
    """A phone with all but its first four characters and last four digits hidden."""
    return f"{phone[:4]}{'•' * max(len(phone) - 8, 0)}{phone[-4:]}"
