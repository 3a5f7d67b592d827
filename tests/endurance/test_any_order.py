"""Faults in any order and any number, found and shrunk by Hypothesis."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tests.endurance.faults import ACTIONS, POINTS
from tests.endurance.model_gateway import ACCEPT, BEHAVIOURS, first
from tests.endurance.storage import ERRORS

ROWS = 20
BATCH_SIZE = 4

behaviours = st.lists(st.sampled_from(BEHAVIOURS), max_size=6)


def machine(begin):
    """A machine whose every example has a ledger and a server of its own; `begin` makes them."""

    class Sends(RuleBasedStateMachine):
        """One segment, sent again and again while all sorts of things go wrong."""

        def __init__(self):
            super().__init__()
            self.episode = begin(ROWS, BATCH_SIZE)

        def _send(self, answers, **given):
            gateway = self.episode.gateway
            told = gateway.number
            gateway.choose = first(*([ACCEPT] * told), *answers)
            self.episode.send(in_flight=2, **given)

        @rule(answers=behaviours)
        def send(self, answers):
            """A server that misbehaves."""
            self._send(answers)

        @rule(
            answers=behaviours,
            point=st.sampled_from(list(POINTS)),
            action=st.sampled_from(list(ACTIONS)),
            hit=st.integers(1, 6),
        )
        def fail(self, answers, point, action, hit):
            """A send that breaks at a fail point."""
            fault = {"kind": "fail_at", "point": point, "action": action, "hit": hit}
            self._send(answers, fault=fault)

        @rule(
            answers=behaviours,
            at=st.integers(1, 60),
            error=st.sampled_from(list(ERRORS)),
            lasting=st.booleans(),
        )
        def fail_disk(self, answers, at, error, lasting):
            """A send on a disk that fails."""
            self._send(
                answers, fault={"kind": "storage", "at": at, "error": error, "lasting": lasting}
            )

        @rule(answers=behaviours, seed=st.integers(0, 99))
        def jump(self, answers, seed):
            """A send under a clock that jumps."""
            self._send(answers, fault={"kind": "clock", "seed": seed})

        @rule(
            answers=behaviours,
            after=st.integers(1, 5),
            stage=st.sampled_from(["arrived", "taken", "answered"]),
        )
        def kill(self, answers, after, stage):
            """A send that is killed at a request."""
            gateway = self.episode.gateway
            moment = gateway.number + after
            gateway.choose = first(*([ACCEPT] * gateway.number), *answers)
            self.episode.kill_at(moment, stage)

        @invariant()
        def hold(self):
            """Every invariant, after every step."""
            assert self.episode.breaches() == []

        def teardown(self):
            """Whatever happened, a faultless re-run settles it."""
            assert self.episode.finish() == []

    return Sends


def explore(episodes, examples, steps, **more):
    """So many examples of so many steps."""
    run_state_machine_as_test(
        machine(episodes),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            **more,
        ),
    )


def test_a_few_faults_in_any_order(episodes):
    """Some short sequences, the same each time."""
    explore(episodes, 2, 4, derandomize=True)


@pytest.mark.endurance
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(5))
def test_many_faults_in_any_order(episodes, figures, part):  # noqa: ARG001 - to run in parts
    """Forty sequences of up to fifty steps, new ones each time."""
    explore(episodes, 40, 50)
    figures("40 sequences of up to 50 steps, 0 breaches")
