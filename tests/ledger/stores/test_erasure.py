"""A person can be erased, and is not messaged again for it."""

import random
import threading
from pathlib import Path

import pandas as pd
import pytest

import cascade_frames as cf
from cascade_frames.errors import MappingError, RunBusy
from cascade_frames.forgetting import forget
from cascade_frames.ledger import Ledger, statements
from cascade_frames.ledger.blobs import unpack_texts
from cascade_frames.ledger.deliveries import Reading
from cascade_frames.ledger.record import read_run
from cascade_frames.outcomes import Outcome, Reason
from cascade_frames.planning.fates import Fates, as_texts
from cascade_frames.sending.records import RunLabel, RunState
from cascade_frames.sending.verdicts import Settlement

from .samples import ACCOUNT, AT, LABEL, Batch, accepted, intend, keys_of, outcomes, settle

IDS = [f"customer-{number}" for number in range(6)]
PHONES = [f"+38050111223{number}" for number in range(6)]
REFUSED = Settlement(Outcome.REFUSED, Reason.API_REFUSED, "bad text of customer 3")


@pytest.fixture
def keys(ledger):
    """The keys of six messages to six people."""
    return keys_of(ledger, IDS, phones=PHONES)


@pytest.fixture
def sent(ledger, keys):
    """A run that ended: three accepted, one refused, one in flight, one unsent."""
    writer = ledger.open_run(ledger.register(LABEL, keys).run_id)
    for number, start, stop in ((1, 0, 3), (2, 3, 4), (3, 4, 5)):
        intend(writer, Batch(number, start, stop))
    settle(writer, Batch(1, 0, 3), accepted(IDS[:3]))
    settle(writer, Batch(2, 3, 4), REFUSED)
    writer.close(RunState.HALTED)


@pytest.mark.usefixtures("sent")
def test_one_person_is_erased_and_the_others_are_not(ledger, keys):
    """The person is skipped as forgotten; how all others stand is as it was."""
    before = ledger.stand(ACCOUNT, keys).table
    assert ledger.forget("050 111 22 31") == 1
    after = ledger.stand(ACCOUNT, keys).table
    assert after.loc[1, "outcome"] == "skipped"
    assert after.loc[1, "reason"] == "forgotten"
    assert pd.isna(after.loc[1, ["messageId", "detail", "batch", "sent_at"]]).all()
    pd.testing.assert_frame_equal(after.drop(1), before.drop(1))


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize("number", range(6))
def test_whatever_became_of_a_message_its_person_is_not_messaged_again(ledger, keys, number):
    """Accepted, refused, unknown or unsent: after erasure no run holds the person."""
    ledger.forget(PHONES[number])
    assert number not in ledger.register(LABEL, keys).pending.tolist()


@pytest.mark.usefixtures("sent")
def test_the_tombstone_holds_by_person_and_by_id(ledger):
    """Neither another message to the phone nor another message of the id gets through."""
    ledger.forget(PHONES[0])
    label = RunLabel("other@api.example", "spring", "standard", "0")
    by_phone = keys_of(ledger, ["new-1", "new-2"], phones=[PHONES[0], "+380509999999"])
    assert ledger.register(label, by_phone).pending.tolist() == [1]
    by_id = keys_of(ledger, [IDS[0], "new-3"])
    assert ledger.register(label, by_id).pending.tolist() == [1]


@pytest.mark.usefixtures("sent")
def test_ids_receipts_and_details_are_gone(ledger):
    """What is left in the tables holds neither id, receipt nor the API's words."""
    for phone in (PHONES[1], PHONES[3], PHONES[4]):
        ledger.forget(phone)
    record = read_run(ledger._store, 1, Fates())
    assert record.message_ids.to_pylist()[:3] == ["m-customer-0", None, "m-customer-2"]
    assert {record.fates[code].detail for code in record.codes} == {None}
    ids = unpack_texts(ledger._store.rows(statements.READ_BLOCK, (1, 0))[0][0])
    assert ids.to_pylist() == [IDS[0], None, IDS[2], None, None, IDS[5]]
    assert len(ledger.unknown()) == 0


@pytest.mark.usefixtures("sent")
def test_what_was_heard_of_a_persons_messages_goes_and_stays_away(ledger):
    """Deliveries are erased with the receipts, and a post that comes afterwards is not kept."""
    receipts = as_texts([f"m-{one}" for one in IDS[:3]])
    ledger.note(Reading(one, "processing", AT) for one in receipts.to_pylist())
    ledger.forget(PHONES[1])
    assert ledger.deliveries(receipts)["delivery"].isna().tolist() == [False, True, False]
    ledger.note(Reading(one, "delivered", AT) for one in receipts.to_pylist())
    told = ledger.deliveries(receipts)["delivery"]
    assert told.fillna("-").tolist() == ["delivered", "-", "delivered"]


@pytest.mark.parametrize("messages", [1, 900])
def test_nothing_is_left_in_a_files_free_pages(tmp_path, messages):
    """No byte of what was erased stays in the ledger's files, however many pages it took."""
    ledger, rng = Ledger(tmp_path / "ledger.sqlite3"), random.Random(5)
    ids = [f"{rng.getrandbits(128):032x}" for _ in range(messages)]
    keys = keys_of(ledger, ids, phones=PHONES[:1] * messages)
    writer = ledger.open_run(ledger.register(LABEL, keys).run_id)
    intend(writer, Batch(1, 0, messages))
    settle(writer, Batch(1, 0, messages), accepted(ids))
    writer.close(RunState.FINISHED)
    ledger.note(Reading(f"m-{one}", "delivered", AT) for one in ids)
    blobs = [ledger._store.rows(statements.READ_WHOLE_BLOCK, (1, 0))[0][0]]
    blobs.append(ledger._store.rows(statements.READ_ATTEMPTS, (1,))[0][8])
    gone = [blob[start : start + 24] for blob in blobs for start in range(0, len(blob) - 23, 512)]
    gone += [f"m-{one}".encode() for one in ids]
    found = _bytes(tmp_path)
    assert sum(piece in found for piece in gone) > len(gone) * 0.9
    assert ledger.forget(PHONES[0]) == messages
    left = _bytes(tmp_path)
    ledger.close()
    left += _bytes(tmp_path)
    assert [piece for piece in gone if piece in left] == []


def _bytes(folder: Path):
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def test_a_person_in_a_living_run_is_not_erased_under_it(open_it):
    """The run would send all the same, so nothing is erased until it has ended."""
    first, second = open_it(), open_it()
    keys = keys_of(first, IDS, phones=PHONES)
    writer = first.open_run(first.register(LABEL, keys).run_id)
    with pytest.raises(RunBusy):
        second.forget(PHONES[0])
    writer.close(RunState.PAUSED)
    assert outcomes(second, keys) == ["unsent"] * 6
    assert second.forget(PHONES[0]) == 1


def test_erasing_and_registering_wait_for_each_other(open_it):
    """Of eight registrations and an erasure at once, none holds the person afterwards."""
    ledgers = [open_it() for _ in range(9)]
    ready, held = threading.Barrier(9), []

    def register(ledger, number):
        label = RunLabel(f"shop-{number}@api.example", "autumn", "standard", "0")
        keys = keys_of(ledger, IDS, phones=PHONES)
        ready.wait(10)
        registered = ledger.register(label, keys)
        held.append((number, registered))

    threads = [
        threading.Thread(target=register, args=(ledger, number))
        for number, ledger in enumerate(ledgers[1:])
    ]
    for thread in threads:
        thread.start()
    ready.wait(10)
    erased = None
    while erased is None:
        try:
            erased = ledgers[0].forget(PHONES[0])
        except RunBusy:
            continue
    for thread in threads:
        thread.join(30)
    with_person = [number for number, one in held if 0 in one.pending]
    assert erased == len(with_person)
    assert len(held) == 8


@pytest.mark.parametrize("taken_over", ["before", "by the erasure"])
def test_an_answer_that_comes_after_the_erasure_brings_nothing_back(open_it, taken_over):
    """An owner thought gone settles late: the person's receipt and the API's words stay away."""
    first, second = open_it(), open_it()
    keys = keys_of(first, IDS, phones=PHONES)
    writer = first.open_run(first.register(LABEL, keys).run_id)
    intend(writer, Batch(1, 0, 3))
    intend(writer, Batch(2, 3, 5))
    with first._store.transaction():
        first._store.rows("UPDATE run SET process_started = 0, process = 4194304")
    if taken_over == "before":
        second.register(LABEL, keys)
    for phone in (PHONES[1], PHONES[3]):
        assert second.forget(phone) >= 1
    settle(writer, Batch(1, 0, 3), accepted(IDS[:3]))
    settle(writer, Batch(2, 3, 5), REFUSED)
    writer.close(RunState.HALTED)
    second.note([Reading("m-customer-1", "delivered", AT)])
    assert second.deliveries(as_texts(["m-customer-1"]))["delivery"].isna().all()
    record = read_run(second._store, 1, Fates())
    assert record.message_ids.to_pylist()[:3] == ["m-customer-0", None, "m-customer-2"]
    assert {record.fates[code].detail for code in record.codes} == {None}
    assert outcomes(second, keys)[1] == outcomes(second, keys)[3] == "skipped"


def test_what_is_no_phone_erases_nobody(ledger):
    """A phone that cannot be read is refused, and not repeated in the error."""
    with pytest.raises(MappingError, match="nothing was erased") as caught:
        ledger.forget("customer 17")
    assert "17" not in str(caught.value)


def test_messages_of_before_stay_known(ledger):
    """Without hashes of recipients a message is not found by person, but no other is sent."""
    keys = keys_of(ledger, IDS)
    writer = ledger.open_run(ledger.register(LABEL, keys).run_id)
    writer.close(RunState.PAUSED)
    assert ledger.forget(PHONES[0]) == 0
    people = keys_of(ledger, IDS, phones=PHONES)
    assert ledger.register(LABEL, people).pending.tolist() == [1, 2, 3, 4, 5]


def test_a_forgotten_person_is_skipped_by_the_next_plan(location):
    """End to end: sent once, erased, and from then on skipped, in every campaign."""
    segment = pd.DataFrame({"phone": ["0501112233", "0501112234"]})
    with cf.Sandbox() as sandbox:
        how = {"to_phone": "{phone}", "from_name": "YourBrand", "message_type": "promo"}
        how |= {"text": "Hello", "ttl": "2d", "account": sandbox.account, "ledger": location}
        cf.send(segment, campaign="spring", ui="none", **how)
        assert forget("+380 50 111 22 33", ledger=location) == 1
        for campaign, other in (("spring", "accepted"), ("autumn", "accepted")):
            results = cf.send(segment, campaign=campaign, ui="none", **how)
            assert results["outcome"].tolist() == ["skipped", other]
            assert results["reason"].tolist()[0] == "forgotten"
        assert cf.plan(segment, campaign="winter", **how).skipped["reason"].tolist() == [
            "forgotten"
        ]
        assert sandbox.accepted()["toPhone"].tolist().count("+380501112233") == 1
