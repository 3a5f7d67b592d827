"""The answer to "what became of it": `GET /bat/message/{messageId}` and the webhook's body.

The fields are those of the vendor's pages. That only the channel that delivers is charged, the
prices themselves and the shape of `fallbacks` are our simulation.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from cascade_frames.sandbox.messages import Message
from cascade_frames.sandbox.parts import count_parts
from cascade_frames.sandbox.routing import DELIVERED, Journey
from cascade_frames.sandbox.world import CALL, RCS, SMS, TELEGRAM, VIBER, VIBER_BUSINESS

CURRENCY = "UAH"
PRICES: Mapping[str, float] = MappingProxyType(
    {TELEGRAM: 0.05, VIBER: 0.10, VIBER_BUSINESS: 0.75, RCS: 0.60, SMS: 1.20, CALL: 0.45}
)


class Delivered(NamedTuple):
    """One message and all that becomes of it."""

    message_id: str
    list_id: int
    message: Message
    journey: Journey


def check_prices(prices: Mapping[str, float] | None) -> Mapping[str, float]:
    """Return the price a part on each channel, the given ones over the default ones."""
    given = dict(prices or {})
    if unknown := sorted(given.keys() - PRICES.keys()):
        message = f"no channel named {', '.join(unknown)}; there are {', '.join(PRICES)}"
        raise ValueError(message)
    if any(not price >= 0 for price in given.values()):
        message = "a price must not be negative"
        raise ValueError(message)
    return MappingProxyType({**PRICES, **given})


def billed_parts(message: Message, journey: Journey, now: int) -> int:
    """Return the parts on the channel last tried by `now`: SMS are counted, the rest are one."""
    begun = [each.channel for each in journey.tries if each.began <= now]
    return count_parts(message.text or "") if begun and begun[-1] == SMS else 1


def cost(message: Message, journey: Journey, prices: Mapping[str, float], now: int) -> float:
    """Return what the message costs by `now`, in `CURRENCY`: nothing until it is delivered."""
    if journey.channel is None or journey.status(now) != DELIVERED:
        return 0.0
    return round(prices[journey.channel] * billed_parts(message, journey, now), 4)


def describe(delivered: Delivered, prices: Mapping[str, float], now: int) -> dict[str, Any]:
    """Return the body that answers a status request at `now`."""
    message_id, list_id, message, journey = delivered
    begun = [each for each in journey.tries if each.began <= now]
    current = begun[-1].channel if begun else None
    charged = cost(message, journey, prices, now)
    return {
        "messagelistId": list_id,
        "messageId": message_id,
        "deliverystatus": journey.status(now),
        "partscount": billed_parts(message, journey, now),
        "cost": charged,
        "fallbacks": [
            {"channel": each.channel, "deliverystatus": journey.channel_status(each.channel, now)}
            for each in begun[1:]
        ],
        "extendedStatuses": {
            channel: journey.channel_status(channel, now) for channel in journey.channels
        },
        "rate": 0.0 if current is None else prices[current],
        "rateAmount": charged,
        "rateCurrency": CURRENCY,
        "billAmount": charged,
        "billCurrency": CURRENCY,
    }
