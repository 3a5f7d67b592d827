"""Plans that are drafted once and carried out often, each time on another ledger.

Drafting takes longer than sending a few rows does. The ledgers are copies of one, so what a
plan knows its messages by holds in each of them.
"""

from dataclasses import replace

from cascade_frames import sender
from cascade_frames.joining.join import join_results
from cascade_frames.ledger import Ledger, open_ledger
from cascade_frames.sender import PlanSender
from cascade_frames.sending import pacing
from cascade_frames.sending.encoding import MessageEncoder
from tests.endurance.segments import account, message, segment

_drafted = {}
_encoders = {}


def draft(url, ledger, pieces):
    """Draft a plan for each piece of the segment, a start and a stop; `ledger` is the template."""
    opened = Ledger(ledger)
    try:
        people = segment(max(stop for _, stop in pieces))
        for start, stop in pieces:
            if (start, stop) not in _drafted:
                _drafted[start, stop] = people.iloc[start:stop].cascade.plan(
                    **message(10), account=account(url), ledger=opened
                )
                _encoder(_drafted[start, stop].messages)
                join_results(_drafted[start, stop].origin, _drafted[start, stop].standing)
    finally:
        opened.close()


def ready(url, ledger, piece, batch_size, **limits):
    """The plan for a piece, to be sent with this ledger: a path, or an open one."""
    own = PlanSender(open_ledger(ledger, "live"), None)
    return replace(
        _drafted[tuple(piece)],
        account=account(url, **limits),
        batch_size=batch_size,
        sender=own,
    )


def _encoder(messages):
    """The encoder of a drafted plan's messages, which live as long as this process."""
    if id(messages) not in _encoders:
        _encoders[id(messages)] = MessageEncoder(messages)
    return _encoders[id(messages)]


def hurry(set_attribute=setattr):
    """Speak for less of the account's time in the ledger than a run does by itself.

    A run waits for the time that the one before it spoke for and did not need, which is most
    of what a small send takes. Paces are held to their promise elsewhere.
    """
    # The same messages are written the same way, however often they are sent.
    set_attribute(sender, "MessageEncoder", _encoder)
    for name, seconds in (("_BUNCH_SECONDS", 1e-3), ("_SPAN_SECONDS", 5e-3)):
        assert getattr(pacing, name) >= seconds
        set_attribute(pacing, name, seconds)
