"""`resolve`, end to end over the sandbox."""

import pandas as pd
import pytest

import cascade_frames as cf
from cascade_frames.errors import MappingError
from cascade_frames.ledger import Ledger
from cascade_frames.resolving import resolve

MESSAGE = {
    "campaign": "spring",
    "to_phone": "{phone}",
    "from_name": "YourBrand",
    "message_type": "promo",
    "text": "Hello",
    "ttl": "2d",
    "on_invalid": "drop",
    "ui": "none",
}


@pytest.fixture
def sandbox():
    """Yield a running sandbox."""
    with cf.Sandbox() as running:
        yield running


@pytest.fixture
def segment():
    """Three people."""
    return pd.DataFrame({"phone": ["0501112233", "0501112234", "0501112235"]})


@pytest.fixture
def lost(sandbox, segment, location):
    """Send once, and let the ledger know of no answer; the settings of the call."""
    how = {**MESSAGE, "account": sandbox.account, "ledger": location}
    segment.cascade.send(**how)
    ledger = Ledger(location)
    with ledger._store.transaction():
        ledger._store.rows("DELETE FROM outcome")
    ledger.close()
    return how


def test_resend_is_sent_by_the_same_call(segment, lost):
    """Until they are resolved nothing is sent; after that the same call sends them."""
    with pytest.warns(cf.CascadeWarning, match="3 unknown"):
        waiting = cf.send(segment, **lost)
    assert waiting["outcome"].tolist() == ["unknown"] * 3
    where = {"account": lost["account"], "ledger": lost["ledger"]}
    assert len(resolve("spring", "resend", waiting["trackinId"][:1], **where)) == 1
    with pytest.raises(MappingError):
        resolve("spring", "resend", waiting["trackinId"], **where)
    resolve("spring", "accepted", **where)
    results = cf.send(segment, **lost)
    assert results["outcome"].tolist() == ["accepted"] * 3
    assert results["messageId"].isna().tolist() == [False, True, True]
