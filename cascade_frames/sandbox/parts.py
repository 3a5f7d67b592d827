"""How many SMS a text takes.

GSM 03.38: 160 characters in one part, 153 a part beyond, its extension characters counted twice
and never split between parts. Any other character makes the whole text UCS-2: 70, then 67 a
part, in UTF-16 units, a surrogate pair never split. (The vendor's page on text length.)
"""

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
GSM = (160, 153)
UCS2 = (70, 67)


def count_parts(text: str) -> int:
    """Return the number of SMS that carry `text`; an empty one takes one."""
    letters = set(text)
    if letters <= BASIC:
        return _count(len(text), [], GSM)
    if letters <= BASIC | EXTENSION:
        sizes = [2 if letter in EXTENSION else 1 for letter in text]
        return _count(sum(sizes), sizes, GSM)
    sizes = [2 if ord(letter) > 0xFFFF else 1 for letter in text]
    return _count(sum(sizes), sizes, UCS2)


def _count(length: int, sizes: list[int], limits: tuple[int, int]) -> int:
    alone, each = limits
    if length <= alone:
        return 1
    if not sizes:
        return -(-length // each)
    parts, room = 1, each
    for size in sizes:
        if size > room:
            parts, room = parts + 1, each
        room -= size
    return parts
