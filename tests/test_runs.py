"""The live run, over the sandbox on its socket and a gateway that waits to be told."""

import asyncio
import gc
import signal
import threading
import time
import weakref

import pandas as pd
import pytest

import cascade_frames as cf
from cascade_frames import assembly
from tests.support.held_gateway import HeldGateway

MESSAGE = {
    "campaign": "live",
    "to_phone": "{phone}",
    "from_name": "YourBrand",
    "message_type": "promo",
    "text": "hello",
    "ui": "none",
}


def without_ui(options):
    """The options of a plan."""
    return {name: value for name, value in options.items() if name != "ui"}


@pytest.fixture
def segment():
    return pd.DataFrame({"phone": [f"+38020{number:07d}" for number in range(40)]})


@pytest.fixture
def held():
    with HeldGateway() as gateway:
        yield gateway


@pytest.fixture
def account(held):
    return cf.Account(base_url=held.url, api_key="k", max_in_flight=2, deadline=20)


def test_a_run_goes_on_by_itself_and_hands_over_the_results(segment):
    """`start` gives a handle, and `result` the table that `send` would have given."""
    with cf.Sandbox() as sandbox:
        run = segment.cascade.start(**MESSAGE, account=sandbox.account)
        results = run.result(timeout=30)
    assert run.status.phase == "finished"
    assert run.status.progress.accepted == 40
    assert (results["outcome"] == "accepted").all()
    assert results.attrs["run"] == run.id


def test_a_run_lets_go_of_a_plan_that_nobody_holds(segment, monkeypatch):
    """The messages go with the run's end; the handle keeps what the result table needs."""
    made = []

    def noting(*args):
        plan = make_plan(*args)
        made.extend(map(weakref.ref, (plan, plan.messages, plan.keys.id_hashes)))
        return plan

    make_plan = assembly.make_plan
    monkeypatch.setattr(assembly, "make_plan", noting)
    with cf.Sandbox() as sandbox:
        run = segment.cascade.start(**MESSAGE, account=sandbox.account)
        run.result(timeout=30)
    gc.collect()
    assert [one() for one in made] == [None, None, None]


def test_a_plan_that_is_kept_can_be_sent_again(segment):
    """A run takes nothing from the plan of the caller."""
    with cf.Sandbox() as sandbox:
        plan = segment.cascade.plan(**without_ui(MESSAGE), account=sandbox.account)
        before = plan.messages.copy(deep=True)
        first, second = plan.send(ui="none"), plan.send(ui="none")
        assert len(sandbox.requests()) == 1
    pd.testing.assert_frame_equal(first.drop(columns="detail"), second.drop(columns="detail"))
    pd.testing.assert_frame_equal(plan.messages, before)


def test_each_result_is_a_table_of_its_own(segment):
    """Whatever is written to one result table is in no other of the same run."""
    with cf.Sandbox() as sandbox:
        run = segment.cascade.start(**MESSAGE, account=sandbox.account)
        results = run.result(timeout=30)
    before = results.copy(deep=True)
    for name in results.columns:
        results.loc[3:, name] = None if name not in ("attempts", "phone") else results[name].iloc[0]
    results.loc[:, "attempts"] = 9
    pd.testing.assert_frame_equal(run.result(timeout=30), before)
    assert segment["phone"].is_unique


def test_start_returns_while_the_first_request_is_under_way(segment, account, held):
    """The notebook is free at once, whatever the network does."""
    run = segment.cascade.start(**MESSAGE, account=account, batch_size=10)
    assert held.wait_for(1)
    assert run.status.phase == "running"
    with pytest.raises(TimeoutError, match="not over"):
        run.result(timeout=0.2)
    held.release_all()
    assert (run.result(timeout=30)["outcome"] == "accepted").all()


def test_pause_lets_those_in_flight_finish_and_starts_no_other(segment, account, held):
    """A paused run records what was under way and sends nothing more until it is resumed."""
    run = segment.cascade.start(**MESSAGE, account=account, batch_size=10)
    assert held.wait_for(1)
    run.pause()
    held.release_all()
    _until(lambda: run.status.progress.accepted == 10)
    time.sleep(0.5)
    assert run.status.phase == "paused"
    assert held.requests == 1
    run.resume()
    assert (run.result(timeout=30)["outcome"] == "accepted").all()
    assert held.requests == 4


def test_cancel_ends_the_run_and_the_same_call_sends_the_rest(segment, account, held):
    """What was cancelled is unsent, and nobody is messaged twice by going on later."""
    run = segment.cascade.start(**MESSAGE, account=account, batch_size=10)
    assert held.wait_for(1)
    run.cancel()
    held.release_all()
    results = run.result(timeout=30)
    assert run.status.phase == "cancelled"
    assert results["outcome"].value_counts().to_dict() == {"unsent": 30, "accepted": 10}
    again = segment.cascade.send(**MESSAGE, account=account, batch_size=10)
    assert (again["outcome"] == "accepted").all()
    assert held.messages == 40


def test_cancelling_a_paused_run_ends_it(segment, account, held):
    """A pause does not keep a run from being cancelled."""
    run = segment.cascade.start(**MESSAGE, account=account, batch_size=10)
    assert held.wait_for(1)
    run.pause()
    run.cancel()
    held.release_all()
    assert run.result(timeout=30)["outcome"].value_counts()["unsent"] == 30


def test_a_run_can_be_awaited_beside_other_work(segment):
    """`await run` leaves the event loop free."""

    async def both():
        with cf.Sandbox() as sandbox:
            run = segment.cascade.start(**MESSAGE, account=sandbox.account)
            results, ticks = await asyncio.gather(run, _ticking())
        return results, ticks

    results, ticks = asyncio.run(both())
    assert (results["outcome"] == "accepted").all()
    assert ticks == 5


def test_giving_up_an_await_leaves_the_run_going(segment, account, held):
    """A cancelled task does not cancel the sending."""

    async def give_up():
        run = segment.cascade.start(**MESSAGE, account=account, batch_size=10)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(run, 0.2)
        return run

    run = asyncio.run(give_up())
    held.release_all()
    assert (run.result(timeout=30)["outcome"] == "accepted").all()


def test_a_second_run_of_the_same_messages_is_refused_while_one_lives(segment, account, held):
    """Two kernels, or two cells, cannot send the same messages at once."""
    run = segment.cascade.start(**MESSAGE, account=account, batch_size=10)
    assert held.wait_for(1)
    with pytest.raises(cf.RunBusy, match="is alive"):
        segment.cascade.start(**MESSAGE, account=account, batch_size=10)
    held.release_all()
    run.result(timeout=30)
    assert held.messages == 40


def test_a_halted_run_raises_from_its_result(segment):
    """A live run tells its cause when its result is asked for."""
    with cf.Sandbox() as sandbox:
        wrong = cf.Account(base_url=sandbox.url, api_key="wrong")
        run = segment.cascade.start(**MESSAGE, account=wrong)
        with pytest.raises(cf.RunHalted) as caught:
            run.result(timeout=30)
    assert caught.value.cause == "not_authorized"
    assert run.status.phase == "halted"


def test_an_interrupt_pauses_a_held_run(segment, account, held):
    """The stop button while waiting for a run pauses it, to be resumed or cancelled."""
    run = segment.cascade.start(**MESSAGE, account=account, batch_size=10)
    assert held.wait_for(1)
    threading.Timer(0.3, signal.raise_signal, [signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt):
        run.result()
    assert run.status.phase == "paused"
    held.release_all()
    run.resume()
    assert (run.result(timeout=30)["outcome"] == "accepted").all()


def test_a_run_with_nothing_to_send_is_finished_at_once(segment):
    """A call that went through gives a handle that is over, and its receipts."""
    with cf.Sandbox() as sandbox:
        first = segment.cascade.send(**MESSAGE, account=sandbox.account)
        run = segment.cascade.start(**MESSAGE, account=sandbox.account)
        assert run.status.phase == "finished"
        assert run.result()["messageId"].equals(first["messageId"])
        assert len(sandbox.requests()) == 1


async def _ticking():
    for _ in range(5):
        await asyncio.sleep(0.01)
    return 5


def _until(condition):
    give_up = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.01)
