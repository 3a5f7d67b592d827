"""Deliberate mistakes, each of which the invariants must catch.

Each is one that a send could well have: most tools commit after they send.
"""

import asyncio
import dataclasses

from cascade_frames.ledger import standing
from cascade_frames.ledger.writer import RunWriter
from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.planning.fates import as_texts
from cascade_frames.sending import engine
from cascade_frames.sending.verdicts import Settlement, Step, Verdict, judge


def commit_after_send():
    """The intent is written only together with the outcome."""
    intend, settle = RunWriter.intend, RunWriter.settle

    async def no_intent(self, batch, attempt, at):
        pass

    def both(self, *outcome):
        return asyncio.ensure_future(one_after_the_other(self, *outcome))

    async def one_after_the_other(self, batch, attempt, at, settlement):
        await intend(self, batch, attempt, at)
        await settle(self, batch, attempt, at, settlement)

    RunWriter.intend, RunWriter.settle = no_intent, both


def retry_lost_answers():
    """A request that left and was not answered counts as not sent."""

    def hopeful(evidence, ids):
        if evidence.status is None and evidence.left:
            return Verdict(Settlement(Outcome.UNSENT, Reason.NOT_CONNECTED), Step.RETRY)
        return judge(evidence, ids)

    engine.judge = hopeful


def requeue_in_flight():
    """Rows whose intent has no outcome are taken for unsent."""
    original = standing.read_run

    def become_unsent(fate):
        in_flight = fate.reason == Reason.IN_FLIGHT
        return fate._replace(outcome=str(Outcome.UNSENT)) if in_flight else fate

    def forgetful(store, run, fates):
        found = original(store, run, fates)
        fates.change(found.codes, slice(None), become_unsent)
        return found

    standing.read_run = forgetful


def ignore_missing_ids():
    """Rows that a reply does not mention count as not sent."""

    def strict(evidence, ids):
        verdict = judge(evidence, ids)
        if verdict.settlement.reason is not Reason.NOT_IN_REPLY:
            return verdict
        missing = dataclasses.replace(verdict.settlement, outcome=Outcome.UNSENT)
        return dataclasses.replace(verdict, settlement=missing)

    engine.judge = strict


def trust_every_200():
    """All rows of a 200 count as accepted, whatever it says."""

    def trusting(evidence, ids):
        if evidence.status != 200:
            return judge(evidence, ids)
        invented = as_texts([f"?{one}" for one in ids.to_pylist()])
        return Verdict(Settlement(Outcome.ACCEPTED, None, None, invented))

    engine.judge = trusting


def retry_server_errors():
    """A 500 counts as not accepted."""

    def hopeful(evidence, ids):
        if evidence.status is not None and evidence.status >= 500:
            return Verdict(Settlement(Outcome.UNSENT, Reason.NOT_CONNECTED), Step.RETRY)
        return judge(evidence, ids)

    engine.judge = hopeful


MUTANTS = {
    one.__name__: one
    for one in (
        commit_after_send,
        retry_lost_answers,
        requeue_in_flight,
        ignore_missing_ids,
        trust_every_200,
        retry_server_errors,
    )
}
