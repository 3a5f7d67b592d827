"""The sandbox with an account."""

import pytest

import cascade_frames as cf
from cascade_frames.home import default_sandbox


def test_the_account_carries_all_three_keys():
    """Sends to the sandbox authenticate as a full account would."""
    with cf.Sandbox() as sandbox:
        assert len(sandbox.account.headers()) == 3
        assert sandbox.account.gateway == "sandbox"


def test_a_new_sandbox_is_a_new_identity():
    """A ledger never takes a new sandbox, on whatever port, for one it has sent to."""
    with cf.Sandbox() as one:
        port = int(one.url.rsplit(":", 1)[1])
        first = one.account.identity
    with cf.Sandbox(port=port) as other:
        assert other.account.identity != first


def test_the_default_sandbox_is_one():
    """A process has one default sandbox, so that a re-run meets what was sent before."""
    assert default_sandbox() is default_sandbox()


def test_no_key_in_the_repr():
    """Showing a sandbox or its account shows no key."""
    with cf.Sandbox() as sandbox:
        shown = repr(sandbox) + repr(sandbox.account) + str(sandbox.account)
        assert sandbox.api_key not in shown
        assert sandbox.viber_token not in shown


def test_a_sandbox_that_was_never_started_says_so():
    """An address that nothing answers is not handed out."""
    with pytest.raises(cf.UsageError, match=r"start\(\)"):
        _ = cf.Sandbox().account
