"""Those who send the frame: none leaves work out."""

from importlib import import_module

import pytest

from benchmarks.contract import FIELDS
from benchmarks.frame import make_frame
from benchmarks.server import ReferenceServer, reset

_NEEDS = {"naive": "requests", "good": "orjson", "expert": "uvloop", "ours": "cascade_frames"}


@pytest.mark.parametrize("name", _NEEDS)
def test_a_contestant_sends_the_frame_and_joins_the_receipts(name, tmp_path):
    """Every message arrives once and whole, and its row has its messageId."""
    pytest.importorskip(_NEEDS[name])
    pytest.importorskip("aiohttp") if name == "expert" else None
    frame = make_frame(2300)
    with ReferenceServer() as server:
        reset(server.url, keep=True)
        result = import_module(f"benchmarks.contestants.{name}").send(frame, server.url, tmp_path)
        arrived = sorted(server.kept(), key=lambda message: message["id"])
    assert arrived == frame[list(FIELDS)].to_dict("records")
    assert result[list(FIELDS)].equals(frame)
    assert result["messageId"].is_unique
    assert result["messageId"].notna().all()
