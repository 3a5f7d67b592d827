"""The documented rates."""

from cascade_frames.sandbox import Limits, Rate, Sandbox
from cascade_frames.sandbox.limits import Bucket, TooManyRequests

from .samples import STANDARD, client_of, promo


def taken(bucket, tries):
    """Return how many of so many tries the bucket let pass."""
    passed = 0
    for _ in range(tries):
        try:
            bucket.take()
        except TooManyRequests:
            continue
        passed += 1
    return passed


def test_a_burst_passes_and_then_the_rate_holds():
    """150 at once, then 100 a second, never more than 150 after any pause."""
    now = [0.0]
    bucket = Bucket(Limits().messages, lambda: now[0])
    assert taken(bucket, 200) == 150
    now[0] = 0.5
    assert taken(bucket, 200) == 50
    now[0] = 100.0
    assert taken(bucket, 200) == 150


def test_a_caller_at_the_rate_is_never_refused():
    """A client that holds to the documented rate sees no 429."""
    now = [0.0]
    bucket = Bucket(Limits().messages, lambda: now[0])
    for request in range(1000):
        now[0] = request * 0.01
        bucket.take()


def test_the_documented_rates_are_the_default():
    """Messages 100 with a burst of 150, reads 50 with a burst of 75."""
    assert Limits() == Limits(Rate(100, 150), Rate(50, 75))


def test_over_the_rate_the_answer_is_a_429_with_a_wait():
    """Sending and reading are counted apart, and a refused batch is not accepted."""
    slow = Limits(Rate(0.001, 2), Rate(0.001, 1))
    with Sandbox(limits=slow) as sandbox, client_of(sandbox) as client:
        answers = [client.post(STANDARD, json=[promo(id=f"o-{n}")]) for n in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert answers[2].headers["retry-after"] == "1"
        assert answers[2].json()["status"] == 429
        assert sandbox.accepted()["id"].tolist() == ["o-0", "o-1"]
        path = f"/bat/message/{answers[0].json()[0]['messageId']}"
        assert [client.get(path).status_code for _ in range(2)] == [200, 429]


def test_limits_can_be_lifted():
    """A test that measures something else is not slowed."""
    with Sandbox(limits=None) as sandbox, client_of(sandbox) as client:
        answers = {client.post(STANDARD, json=[promo()]).status_code for _ in range(300)}
        assert answers == {200}
