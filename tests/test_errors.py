"""The tree of errors: as drawn, all exported, and each fit to be caught by what it means."""

import inspect
import pickle
import re

import pandas as pd
import pytest

import cascade_frames as cf
from cascade_frames import errors
from cascade_frames.errors import ConfirmationRequired, GatewayError, InvalidRecipients, RunHalted

CLASSES = {
    name: one
    for name, one in vars(errors).items()
    if inspect.isclass(one) and issubclass(one, Exception)
}


def test_the_docstring_draws_the_tree_that_there_is():
    """What people read in the docstring is what an except clause does."""
    above: list[str] = []
    drawn = {"CascadeWarning"}
    for line in (inspect.getdoc(errors) or "").splitlines():
        branch, name = re.match(r"([│├└─ ]*)(\w*)", line).groups()
        if name in CLASSES:
            depth = len(branch) // 4
            assert [CLASSES[name].__base__.__name__] == (above[depth - 1 : depth] or ["Exception"])
            above[depth:] = [name]
            drawn.add(name)
    assert drawn == set(CLASSES)


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_every_error_is_exported_and_explained(name):
    """People catch what they can import, and read what it means."""
    assert getattr(cf, name) is CLASSES[name]
    assert CLASSES[name].__doc__


def test_wrong_calls_are_value_errors():
    """Code that knows nothing of this package catches a wrong call as it would any."""
    assert issubclass(errors.UsageError, ValueError)
    assert issubclass(errors.NoAccount, errors.AccountError)
    assert not issubclass(InvalidRecipients, ValueError)
    assert issubclass(errors.CascadeWarning, UserWarning)


def test_a_lost_answer_is_never_taken_for_not_sent():
    """Whoever retries on NotSent must never repeat what may have been accepted."""
    assert not issubclass(errors.OutcomeUnknown, errors.NotSent)
    assert not issubclass(errors.Refused, errors.NotSent)


@pytest.mark.parametrize(
    ("given", "said"), [(None, "no confirm= was given"), (1500, "confirm=1500 was given")]
)
def test_a_large_live_send_says_which_number_to_confirm(given, said):
    """The number to confirm is written as it must be passed."""
    error = ConfirmationRequired(12_000, given, 1000)
    assert error.messages == 12_000
    assert said in str(error)
    assert "confirm=12000." in str(error)
    assert "12,000 messages" in str(error)


def test_a_halted_run_carries_cause_and_results():
    """A script can go by the cause, and nobody's fate is lost with the exception."""
    results = pd.DataFrame({"outcome": ["unsent"]})
    error = RunHalted("not_authorized", "The keys were refused.", results)
    assert (error.cause, error.results is results) == ("not_authorized", True)
    assert str(error) == "The keys were refused."


@pytest.mark.parametrize(
    "error",
    [
        RunHalted("outage", "Halted.", pd.DataFrame({"outcome": ["unsent"]})),
        ConfirmationRequired(12_000, None, 1000),
        InvalidRecipients(pd.DataFrame({"reason": ["schema"]}), pd.DataFrame(), "Invalid."),
        GatewayError("no", status=400),
        errors.MappingError("wrong"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_come_back_whole_from_another_process(error):
    """A worker's error reaches the notebook with its results, not as an error of pickling."""
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again).keys() == vars(error).keys()


def test_a_gateway_error_carries_what_the_api_said():
    """Status, code and field are attributes, so that nobody parses messages."""
    error = GatewayError("no", status=400, code="INVALID_PHONE", field="toPhone")
    assert (error.status, error.code, error.field) == (400, "INVALID_PHONE", "toPhone")
    assert GatewayError("no").status is None
    assert errors.RateLimited("slow").retry_after is None
