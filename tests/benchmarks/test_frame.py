"""The frame that contestants send."""

import cascade_frames as cf
from benchmarks.frame import fingerprint, load_frame, make_frame, save_frame


def test_the_frame_is_the_same_however_it_is_cut():
    """Blocks are the rows of the whole, so that sizes can be compared."""
    whole = make_frame(3000)
    assert make_frame(1000, first=1500).equals(whole.iloc[1500:2500].reset_index(drop=True))


def test_the_frame_survives_its_file(tmp_path):
    """Children read what was made."""
    save_frame(make_frame(1500), tmp_path / "frame")
    assert load_frame(tmp_path / "frame").equals(make_frame(1500))


def test_every_row_can_be_sent(ledger, sandbox):
    """No row is rejected, and ids and phones are unique: all contestants have the same work."""
    frame = make_frame(5000)
    plan = cf.plan(frame, account=sandbox.account, ledger=ledger)
    assert len(plan.messages) == 5000
    assert frame["id"].is_unique
    assert frame["toPhone"].is_unique


def test_some_texts_need_escapes_and_all_have_letters_beyond_ascii():
    """An encoder that only works for plain texts would be noticed."""
    texts = make_frame(1000)["text"]
    assert texts.str.contains('"').sum() == 10
    assert not texts.map(str.isascii).any()


def test_the_fingerprint_changes_with_any_id():
    """A run that leaves out or repeats a message is noticed."""
    frame = make_frame(100)
    assert fingerprint(frame) != fingerprint(frame.iloc[1:])
    assert fingerprint(frame) == fingerprint(frame.iloc[::-1])
