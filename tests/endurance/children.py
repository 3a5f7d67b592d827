"""What a forked child does: send as a user would, with the faults it is given."""

import importlib
import time
import warnings

import cascade_frames as cf
from cascade_frames import assembly, home
from cascade_frames.joining.join import join_results
from cascade_frames.planning import planner
from cascade_frames.planning.mapping import MessageMapping
from cascade_frames.planning.memory import not_started
from cascade_frames.sending.gateway import Gateway
from tests.endurance import canaries, drafts, faults, mutants
from tests.endurance.segments import account, message, segment


def warm_up():
    """Do once what is slow the first time; opens no ledger and starts no thread."""
    assert assembly.send is not None  # loaded, as is the sandbox
    assert home.Sandbox is cf.Sandbox
    Gateway(account("http://127.0.0.1:9"))  # loads the transport
    # What httpx and anyio import when the first request is made.
    for name in ("anyio._backends._asyncio", "anyio.streams.tls"):
        importlib.import_module(name)
    given = message(10)
    batch_size, campaign = given.pop("batch_size"), given.pop("campaign")
    request = planner.PlanRequest(
        MessageMapping(**given),
        account("http://127.0.0.1:9"),
        campaign=campaign,
        batch_size=batch_size,
    )
    now = faults.datetime.now(faults.UTC)
    plan = planner.make_plan(segment(10), request, _NoMemory(), now, sender=None)
    join_results(plan.origin, plan.standing)


class _NoMemory:
    secret = bytes(32)

    def stand(self, account, keys):  # noqa: ARG002 - the memory's own signature
        return not_started(len(keys))


def send(
    url, ledger, rows, batch_size, *, fault=None, mutant=None, drafted=False, piece=None, **limits
):
    """Send the segment, or a piece of it; tells what its result table holds, and any error.

    `drafted` sends a plan that was drafted before.
    """
    if mutant:
        mutants.MUTANTS[mutant]()
    if drafted:
        drafts.hurry()
    undo = faults.inject(**fault) if fault else None
    first, stop = piece or (0, rows)
    people = segment(rows).iloc[first:stop]

    def call():
        if drafted:
            plan = drafts.ready(url, ledger, (first, stop), batch_size, **limits)
            return plan.send(ui="none")
        return people.cascade.send(
            **message(batch_size), account=account(url, **limits), ledger=ledger, ui="none"
        )

    told = attempt(call, people, first)
    return {**told, "extra": undo() if undo else None}


def attempt(call, people, first=0):
    """Call what sends these people; tells what its result table holds, and any error."""
    error = results = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", cf.CascadeWarning)
        try:
            results = call()
        except cf.RunHalted as halt:
            error, results = halt.cause, halt.results
        except Exception as broken:  # noqa: BLE001 - whatever it is, the test judges it
            error = f"{type(broken).__name__}: {broken}"
    told = {"error": error, "outcomes": None}
    if results is not None:
        ids = [f"m-{first + one:04d}" for one in range(len(people))]
        told["outcomes"] = results["outcome"].value_counts().to_dict()
        told["whole"] = bool(
            results.index.equals(people.index)
            and results[list(people.columns)].equals(people)
            and results["trackinId"].tolist() == ids
            and results["outcome"].notna().all()
        )
    return told


def send_until_settled(give_up_after, **given):
    """Send again and again until nothing is unsent; another process may hold the messages."""
    tries, busy = 0, 0
    give_up = time.monotonic() + give_up_after
    while time.monotonic() < give_up:
        told = send(**given)
        tries += 1
        if told["outcomes"] and not told["outcomes"].get("unsent"):
            return {"tries": tries, "busy": busy, **told}
        busy += str(told["error"]).startswith("RunBusy")
        time.sleep(0.02)
    return {"tries": tries, "busy": busy, "gave_up": True, **told}


def keys(url, ledger, rows, batch_size):
    """What that ledger knows the segment's messages by."""
    plan = segment(rows).cascade.plan(**message(batch_size), account=account(url), ledger=ledger)
    columns = (plan.keys.ids, plan.keys.id_hashes, plan.keys.contents)
    return [column.tolist() for column in columns]


JOBS = {
    "canaries": canaries.go_through,
    "keys": keys,
    "send": send,
    "send_until_settled": send_until_settled,
}
