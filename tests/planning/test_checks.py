"""The report on what was checked."""

import numpy as np
import pandas as pd
import pytest

import cascade_frames as cf
from cascade_frames.outcomes import WORDING, Reason


@pytest.fixture
def segment_with_reason():
    """Two rows, the second without a phone that works, and a column `reason` of their own."""
    return pd.DataFrame({"phone": ["+380209000001", "12"], "reason": ["new", "vip"]}, index=[3, 7])


def test_a_line_a_rule_adds_up(sandbox, ledger):
    """Each rule has its counts and the positions of the first rows that break it."""
    phones = ["+380209000001", "12", "x", None, "+380209000001", "+380209000002", "1", "2"]
    segment = pd.DataFrame({"phone": phones, "name": "a"}, index=list("abcdefgh"))
    plan = cf.plan(
        segment,
        campaign="c",
        to_phone="{phone}",
        from_name="B",
        message_type="promo",
        text="{name}",
        on_invalid="drop",
        opt_out=["+380209000002"],
        account=sandbox.account,
        ledger=ledger,
    )
    checks = plan.checks.set_index("reason")
    assert (checks["checked"] == checks["passed"] + checks["failed"]).all()
    assert (checks["checked"] == len(segment)).all()
    assert checks.loc["phone_invalid", "failed"] == 4
    assert checks.loc["phone_invalid", "examples"] == "1, 2, 6"
    assert checks.loc["missing_value", "failed"] == 1
    assert checks.loc["missing_value", "column"] == "phone"
    assert checks.loc["duplicate_recipient", "failed"] == 1
    assert checks.loc["opted_out", "failed"] == 1
    assert checks.loc["ttl_invalid", "failed"] == 0
    assert checks.loc["ttl_invalid", "rule"] == WORDING[Reason.TTL_INVALID]
    assert plan.checks["failed"].dtype == np.dtype("int64")


def test_invalid_gives_the_rows_to_mend(segment_with_reason, sandbox, ledger):
    """The rejected rows come back with why; a column of the same name is the caller's."""
    plan = cf.plan(
        segment_with_reason,
        to_phone="{phone}",
        campaign="c",
        from_name="B",
        message_type="promo",
        text="x",
        on_invalid="drop",
        account=sandbox.account,
        ledger=ledger,
    )
    invalid = plan.invalid()
    assert list(invalid.index) == [7]
    assert invalid["reason"].tolist() == ["vip"]
    assert invalid["rejected_reason"].tolist() == ["phone_invalid"]
    assert "phone" in invalid["detail"].iloc[0]
