"""The cascade, whatever the message."""

from hypothesis import given
from hypothesis import strategies as st

from cascade_frames.sandbox.keys import API_KEY, TELEGRAM_KEY, VIBER_TOKEN
from cascade_frames.sandbox.messages import Message
from cascade_frames.sandbox.routing import ORDER, allowed_channels, travel
from cascade_frames.sandbox.world import CHANNELS, HABITS, World

NOW = 1_800_000_000_000_000
TYPES = ("transaction", "promo", "viber_survey", "flashcall")
KEYS = (API_KEY, VIBER_TOKEN, TELEGRAM_KEY)

phones = st.integers(10**10, 10**12).map("+{}".format)
key_sets = st.frozensets(st.sampled_from(KEYS), min_size=1)
worlds = st.integers(-5, 5).map(World)
messages = st.builds(
    Message,
    id=st.text("abc", min_size=1),
    fromName=st.just("Brand"),
    toPhone=phones,
    messageType=st.sampled_from(TYPES),
    text=st.just("text"),
    template=st.none(),
    ttl=st.none() | st.integers(1, 2**63 - 1) | st.integers(1, 200),
    scheduledSent=st.none(),
    due=st.none() | st.integers(NOW - 10**9, NOW + 30 * 86_400 * 10**6),
    surveyOptions=st.none(),
    extra=st.none(),
)


@given(messages, key_sets, worlds)
def test_channels_are_tried_in_order_until_one_delivers(message, keys, world):
    """The first channel that delivers wins, and every failed one falls through to the next."""
    journey = travel(message, keys, NOW, world)
    tried = [each.channel for each in journey.tries]
    allowed = allowed_channels(message.messageType, keys)
    assert tuple(tried) == allowed[: len(tried)]
    assert [each.delivered for each in journey.tries[:-1]] == [False] * (len(tried) - 1)
    if journey.outcome == "delivered":
        assert journey.channel == tried[-1]
        assert world.reaches(message.toPhone, tried[-1])
    else:
        assert journey.channel is None
        expired = journey.ended == journey.due + (message.ttl or 86_400) * 10**6
        assert expired or tuple(tried) == allowed


@given(messages, key_sets, worlds)
def test_a_message_is_delivered_exactly_when_someone_can_take_it_in_time(message, keys, world):
    """No deliverable message is lost, and none reaches a phone that has no such channel."""
    allowed = allowed_channels(message.messageType, keys)
    reached = [channel for channel in allowed if world.reaches(message.toPhone, channel)]
    spent = 0.0
    for channel in allowed:
        spent += world.seconds(message.toPhone, message.id, channel)
        if channel in reached:
            break
    in_time = round(spent * 1000) <= 1000 * (message.ttl or 86_400)
    outcome = travel(message, keys, NOW, world).outcome
    if not allowed:
        assert outcome == "permanenterror"
    else:
        assert (outcome == "delivered") == (bool(reached) and in_time)


@given(messages, key_sets, worlds)
def test_tries_follow_each_other_within_schedule_and_ttl(message, keys, world):
    """Nothing happens before a message is due or after its time is spent."""
    journey = travel(message, keys, NOW, world)
    assert journey.due == max(NOW, message.due or 0)
    at = journey.due
    for each in journey.tries:
        assert each.began == at
        assert each.ended > each.began
        at = each.ended
    assert journey.ended == at
    assert journey.ended <= journey.due + (message.ttl or 86_400) * 10**6


@given(messages, key_sets, worlds, st.lists(st.integers(-100, 400), min_size=2))
def test_a_status_only_moves_forward(message, keys, world, seconds):
    """Scheduled, then processing, then final; a final status never changes."""
    journey = travel(message, keys, NOW, world)
    order = {"scheduled": 0, "processing": 1, journey.outcome: 2}
    moments = [journey.due + second * 10**6 for second in sorted(seconds)]
    states = [journey.status(moment) for moment in moments]
    assert [order[state] for state in states] == sorted(order[state] for state in states)
    for moment in moments:
        trying = journey.trying(moment)
        assert (trying is not None) == (journey.status(moment) == "processing")
        parts = {channel: journey.channel_status(channel, moment) for channel in CHANNELS}
        running = [channel for channel, state in parts.items() if state == "processing"]
        assert running == ([] if trying is None else [trying])


@given(messages, key_sets)
def test_only_channels_of_the_type_and_the_keys_are_used(message, keys):
    """A key opens its own channels; a flash call is a call; a survey never goes by RCS."""
    used = set(allowed_channels(message.messageType, keys))
    if TELEGRAM_KEY not in keys:
        assert "telegram" not in used
    if VIBER_TOKEN not in keys:
        assert "viber" not in used
    if API_KEY not in keys:
        assert used <= {"telegram", "viber"}
    if message.messageType == "flashcall":
        assert used <= {"call"}
    else:
        assert "call" not in used
    if message.messageType == "viber_survey":
        assert used <= {"viber", "viber_business", "sms"}


def test_all_keys_open_the_whole_cascade():
    """The documented order of channels holds."""
    assert ORDER == ("telegram", "viber", "viber_business", "rcs", "sms")
    assert allowed_channels("promo", KEYS) == ORDER


@given(messages, key_sets, st.integers())
def test_the_same_seed_gives_the_same_world(message, keys, seed):
    """A run can be repeated on another machine."""
    assert travel(message, keys, NOW, World(seed)) == travel(message, keys, NOW, World(seed))


def test_a_seed_is_the_same_world_in_every_process():
    """No hash that changes from process to process is behind the world."""
    assert World(7).reach("+380501112233") == ("viber_business", "rcs", "sms", "call")
    assert World(8).seconds("+380501112233", "order-1", "sms") == 31.183


def test_shares_of_channels_are_as_stated():
    """Over many phones a channel reaches about its share of them."""
    world = World(1)
    phones = [f"+38050{number:07d}" for number in range(4000)]
    for channel, habits in HABITS.items():
        share = sum(world.reaches(phone, channel) for phone in phones) / len(phones)
        assert abs(share - habits.share) < 0.03
