"""A message as it looks on a phone, by channel: HTML, every value escaped."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Final

from cascade_frames.planning.previews import Preview
from cascade_frames.planning.texts import sms_length


@dataclass(frozen=True)
class _Skin:
    """The colours of one channel's bubble; they carry their own contrast, light and dark."""

    ground: str
    ink: str
    radius: str


_SKINS: Final = {
    "Telegram": _Skin("#e3f1fd", "#0b2239", "14px 14px 14px 4px"),
    "Viber": _Skin("#ece9fb", "#231942", "14px 14px 14px 4px"),
    "RCS": _Skin("#e2f3e8", "#10301d", "18px 18px 18px 4px"),
    "SMS": _Skin("#e9e9eb", "#141416", "16px 16px 16px 4px"),
}
CHANNELS: Final = tuple(_SKINS)


def bubble_html(message: Preview, channel: str) -> str:
    """The message on one channel, with its length."""
    skin = _SKINS[channel]
    options = "".join(
        f'<div style="border:1px solid currentColor;border-radius:8px;padding:3px 10px;'
        f'margin-top:6px;text-align:center;opacity:.85">{escape(option)}</div>'
        for option in message.options
    )
    return (
        '<div style="max-width:24em;font-family:system-ui,sans-serif;font-size:13px">'
        f'<div style="opacity:.7;margin-bottom:4px">{channel} · {escape(message.sender)} → '
        f"{escape(message.phone)}</div>"
        f'<div style="background:{skin.ground};color:{skin.ink};border-radius:{skin.radius};'
        "padding:8px 12px;white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.4;"
        f'width:fit-content">{escape(message.text) or "(no text)"}{options}</div>'
        f'<div style="opacity:.7;margin-top:4px;line-height:1.4">{length_words(message.text)}</div>'
        "</div>"
    )


def length_words(text: str) -> str:
    """Characters, SMS parts, and the letters that make it UCS-2, as HTML."""
    sms = sms_length(text)
    parts = "part" if sms.parts == 1 else "parts"
    words = f"{len(text):,} characters, {sms.parts} SMS {parts} ({sms.encoding})"
    if not sms.beyond_gsm:
        return words
    letters = " ".join(f"<code>{escape(letter)}</code>" for letter in sms.beyond_gsm)
    return f"{words}; not in the GSM alphabet: {letters}"
