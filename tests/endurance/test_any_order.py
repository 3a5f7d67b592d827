"""Faults in any order and any number, found and shrunk by Hypothesis."""

import gc
import random
import sys
import threading
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.endurance import drafts, storage
from tests.endurance.faults import POINTS
from tests.endurance.inside import FRESH, Desk, pieces
from tests.endurance.model_gateway import BEHAVIOURS, SLOW_SECONDS

STEPS, EXAMPLES, PARTS = 50, 10, 200
# A run's writer is closed by whoever opened it, or ends with its process.
ONLY_IN_A_CHILD = ("before close", "after open_run")
INSIDE = [point for point in POINTS if point not in ONLY_IN_A_CHILD]
STAGES = ("arrived", "taken", "answered")

answers = st.lists(st.sampled_from(BEHAVIOURS), max_size=6)
back = st.integers(0, 3)
batch_size = st.integers(2, 5)
# Many points are passed once in a send, and a piece is often one to three requests.
hit = st.sampled_from([1, 1, 1, 2, 3, 4])
later = st.sampled_from([1, 1, 2, 3])
# The result table takes longer than the rest of a send; the last send of each sequence has one.
look = st.sampled_from([True, False, False, False])


class Sends(RuleBasedStateMachine):
    """A segment that grows, sent piece by piece while all sorts of things go wrong."""

    # Makes a ledger and a server for an example of their own.
    begin = None

    def __init__(self):
        super().__init__()
        self.desk = self.begin()
        self.episode = self.desk.episode

    @rule(
        answers=answers,
        back=back,
        batch_size=batch_size,
        flights=st.integers(1, 4),
        look=look,
    )
    def send(self, answers, back, batch_size, flights, look):
        """A server that misbehaves."""
        self.desk.answer(answers)
        how = {"batch_size": batch_size, "in_flight": flights, "look": look}
        self.desk.send(self.desk.piece(back), **how)

    @rule(
        answers=answers,
        back=back,
        point=st.sampled_from(INSIDE),
        action=st.sampled_from(["raise", "ledger_error"]),
        hit=hit,
        look=look,
    )
    def fail(self, answers, back, point, action, hit, look):
        """A send that breaks at a fail point, and a process that goes on."""
        self.desk.answer(answers)
        given = {"point": point, "action": action, "hit": hit}
        self.desk.send_broken(self.desk.piece(back), "fail_at", given, look=look)

    @rule(
        answers=answers,
        back=back,
        at=st.integers(1, 60),
        error=st.sampled_from(list(storage.ERRORS)),
        lasting=st.booleans(),
        look=look,
    )
    def fail_disk(self, answers, back, at, error, lasting, look):
        """A send on a disk that fails, and is mended under an open ledger."""
        self.desk.answer(answers)
        self.desk.send_on_a_failing_disk(self.desk.piece(back), at, error, lasting, look=look)

    @rule(answers=answers, back=back, seed=st.integers(0, 99), look=look)
    def jump(self, answers, back, seed, look):
        """A send under a clock that jumps."""
        self.desk.answer(answers)
        self.desk.send_broken(self.desk.piece(back), "clock", {"seed": seed}, look=look)

    @rule(
        answers=answers,
        back=back,
        later=later,
        stage=st.sampled_from(STAGES),
        goes_on=st.booleans(),
    )
    def stop(self, answers, back, later, stage, goes_on):
        """A send that is cancelled, or paused and resumed, at a request."""
        moment = self.desk.answer(answers) + later
        begun = threading.Event()
        run = None

        def act(number, reached):
            if number == moment and reached == stage and begun.wait(20) and run:
                run.pause() if goes_on else run.cancel()
                run.resume()

        self.desk.gateway.on_stage = act
        run = self.desk.start(self.desk.piece(back))
        begun.set()
        if run:
            run._done.result(60)
        self.desk.gateway.on_stage = None

    @rule(answers=answers, back=st.integers(1, 2))
    def overlap(self, answers, back):
        """Two sends from one process at once, of pieces that overlap."""
        self.desk.answer(answers)
        first, stop = self.desk.piece(0)
        earlier = max(0, first - back * FRESH)
        both = [(first, stop), (earlier, earlier + stop - first)]
        runs = [self.desk.start(piece) for piece in both]
        for run in runs:
            if run:
                run._done.result(60)

    @rule(
        answers=answers,
        back=back,
        point=st.sampled_from(list(POINTS)),
        action=st.sampled_from(["exit", "exit", "exit", "raise", "ledger_error"]),
        hit=hit,
    )
    def crash(self, answers, back, point, action, hit):
        """A process that ends, or breaks, at a fail point."""
        self.desk.answer(answers)
        fault = {"kind": "fail_at", "point": point, "action": action, "hit": hit}
        child = self.episode.start(in_flight=2, fault=fault, piece=self.desk.piece(back))
        self.desk.done["crashes"] += child.wait() == 9

    @rule(
        answers=answers,
        back=back,
        later=later,
        stage=st.sampled_from(STAGES),
        beside=st.booleans(),
    )
    def kill(self, answers, back, later, stage, beside):
        """A process that is killed at a request, or one that sends the same as we do."""
        moment = self.desk.answer(answers) + later
        piece = self.desk.piece(back)
        if beside:
            child = self.episode.start(in_flight=2, piece=piece)
            self.desk.send(piece, look=False)
            child.wait()
            return
        self.desk.done["kills"] += self.episode.kill_at(moment, stage, piece=piece) == -9

    @rule(seed=st.integers(0, 99), answers=answers, back=back)
    def settle(self, seed, answers, back):
        """Some unknown rows, resolved on purpose and rightly; then the ledger, opened anew."""
        rng = random.Random(seed)
        self.desk.settle_unknown(lambda one: rng.random() < 0.7)  # noqa: ARG005
        self.desk.open()
        self.desk.answer(answers)
        self.desk.send(self.desk.piece(back), look=False)

    @invariant()
    def hold(self):
        """Every invariant, after every step."""
        self.desk.done["steps"] += 1
        assert self.desk.breaches() == []

    def teardown(self):
        """Whatever happened, a faultless re-run settles it."""
        self.desk.done["sequences"] += 1
        assert self.desk.finish() == []


@pytest.fixture(scope="module")
def workshop():
    """Make this process ready: a disk that fails, requests watched, threads that take turns."""
    with pytest.MonkeyPatch.context() as patch:
        # Ours and the server's threads take turns all the time.
        interval = sys.getswitchinterval()
        sys.setswitchinterval(5e-4)
        disk = storage.FailingDisk()
        watched = storage.watch_intents(patch.setattr)
        yield disk, watched
        disk.unregister()
        sys.setswitchinterval(interval)


@pytest.fixture
def begin(episodes, gateway, templates, forks, workshop):
    """A function that makes what can begin examples of so many steps, and counts what they do."""

    def with_steps(steps):
        sent = pieces(steps)
        rows = sent[-1][1]
        template, _ = templates(rows, 10, drafted=False)
        given = {"url": gateway.url, "ledger": str(template), "pieces": sent}
        drafts.draft(**given)
        forks.ask({"draft": {**given, "pieces": sent[:steps]}})
        gc.freeze()
        done = Counter()

        def begin_example():
            desk = Desk(episodes(rows, 3, drafted=True), *workshop, done)
            gateway.slow_seconds = 0.01
            return desk

        return begin_example, done

    yield with_steps
    gateway.slow_seconds = SLOW_SECONDS


def explore(begin, examples, steps, **more):
    """So many examples of so many steps; gives the counts of what was done."""
    begin_example, done = begin(steps)
    test = type("Sends", (Sends,), {"begin": staticmethod(begin_example)})
    if "seed" in more:
        test = seed(more.pop("seed"))(test)
    run_state_machine_as_test(
        test,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            # The explain phase traces every line that runs, which takes minutes.
            phases=(Phase.explicit, Phase.generate, Phase.shrink),
            **more,
        ),
    )
    return done


@pytest.mark.timeout(300)
def test_a_few_faults_in_any_order(begin):
    """Some short sequences, the same each time."""
    assert explore(begin, 4, 6, derandomize=True)["requests"] > 20


@pytest.mark.endurance
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("part", range(PARTS))
def test_many_faults_in_any_order(begin, figures, seed_offset, part):
    """Ten sequences of fifty steps in each of two hundred parts, which can be run apart."""
    done = explore(begin, EXAMPLES, STEPS, seed=f"{part}{seed_offset}")
    figures(f"part {part}: {dict(done)}, 0 breaches")
