"""Ten thousand replies that are almost right, read without trust."""

import json
import random
import tracemalloc

import pytest

from cascade_frames.outcomes import Outcome
from cascade_frames.sending.evidence import Evidence
from cascade_frames.sending.replies import read_receipts
from cascade_frames.sending.verdicts import Step, judge
from tests.endurance.model_gateway import ACCEPT, mutated

IDS = [f"m-{number:04d}" for number in range(12)]
ISSUED = {one: f"{number:08x}-message" for number, one in enumerate(IDS)}


def right_reply():
    """The reply that a well-behaved server gives."""
    return [{"messageId": ISSUED[one], "trackinId": one} for one in IDS]


def read_again(body):
    """The receipts that a body holds for our ids, read by another JSON parser.

    A body that is not one whole JSON array holds none.
    """
    try:
        entries = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(entries, list):
        return {}
    held = {}
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        tracking_id, message_id = entry.get("trackinId"), entry.get("messageId")
        if isinstance(tracking_id, str) and isinstance(message_id, str):
            message_id = message_id.strip()
            if 0 < len(message_id) < 256 and message_id.isprintable():
                held.setdefault(tracking_id, []).append(message_id)
    return held


def falsely_accepted(body):
    """Ids that a reply's verdict takes for accepted, though the reply does not say so."""
    verdict = judge(Evidence(left=True, status=200, body=body), IDS)
    held = read_again(body)
    receipts = verdict.settlement.message_ids
    receipts = receipts.to_pylist() if receipts else [None] * len(IDS)
    wrong = [
        one
        for one, receipt in zip(IDS, receipts, strict=True)
        if receipt is not None and receipt not in held.get(one, ())
    ]
    assert verdict.settlement.outcome is Outcome.UNKNOWN
    doubled = any(len(held.get(one, ())) > 1 for one in IDS)
    foreign = any(one not in ISSUED for one in held)
    if (doubled or foreign) and read_receipts(body, IDS) is not None:
        assert verdict.step is Step.HALT
    return wrong


def try_replies(seed, number):
    """So many mutated replies; gives those that were believed wrongly."""
    rng = random.Random(seed)
    return [
        body
        for body in (mutated(right_reply(), rng) for _ in range(number))
        if falsely_accepted(body)
    ]


def test_mutated_replies_are_not_believed():
    """None of a thousand is taken for more than it says, none raises, and memory stays flat."""
    assert falsely_accepted(json.dumps(right_reply()).encode()) == []
    assert try_replies("warm", 100) == []
    tracemalloc.start()
    try:
        assert try_replies("short", 400) == []
        before = tracemalloc.get_traced_memory()[0]
        assert try_replies("short again", 500) == []
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 100_000


def test_mutated_replies_over_a_socket(episodes):
    """A server that mutates its replies leads to no wrong entry in the ledger."""
    assert send_to_a_babbler(episodes(96, 4), "short") == []


@pytest.mark.endurance
@pytest.mark.timeout(7200)
def test_ten_thousand_mutated_replies(figures, seed_offset):
    """None of ten thousand is taken for more than it says, and none raises."""
    found = try_replies(f"full{seed_offset}", 10_000)
    figures(f"10000 mutated replies, {len(found)} false accepts")
    assert found == []


@pytest.mark.endurance
@pytest.mark.timeout(7200)
def test_hundreds_of_mutated_replies_over_a_socket(episodes, figures, seed_offset):
    """Some hundred mutated replies through a real socket: no wrong entry in the ledger."""
    found, replies = [], 0
    for seed in range(40):
        episode = episodes(96, 4)
        found += send_to_a_babbler(episode, f"full-{seed}{seed_offset}")
        replies += len(episode.gateway.arrivals)
    figures(f"{replies} replies over a socket, {len(found)} breaches")
    assert found == []


def send_to_a_babbler(episode, seed):
    """Send, and send again, to a server whose replies are mutated; gives breaches."""
    rng = random.Random(f"babbler {seed}")
    gateway = episode.gateway
    gateway.choose = lambda number: "mutated" if rng.random() < 0.7 else ACCEPT  # noqa: ARG005
    gateway.rng = rng
    found = []
    for _ in range(4):
        episode.send(in_flight=2)
        found += episode.breaches()
    return found + episode.finish()
