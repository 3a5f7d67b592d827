"""The panel of a run: it follows to the end, and steers."""

from types import SimpleNamespace

import ipywidgets as widgets
import pytest

import cascade_frames as cf
from cascade_frames.handles import RunPhase, RunStatus
from cascade_frames.notebook.run_controls import RunControls
from cascade_frames.notebook.run_panel import RunPanel
from cascade_frames.notebook.run_view import RunView
from cascade_frames.planning.plan import Conduct
from cascade_frames.sending.progress import Progress
from tests.support.held_gateway import HeldGateway

from .pages import alerts, all_of, button, text


@pytest.fixture
def held():
    """Yield a gateway that answers when it is told to."""
    with HeldGateway() as gateway:
        yield gateway


@pytest.fixture
def held_plan(segment, message, held):
    """Give a plan of three requests to that gateway."""
    account = cf.Account(base_url=held.url, api_key="k", max_in_flight=1, deadline=20)
    return cf.plan(segment, **message | {"account": account}, batch_size=1)


class Placed:
    """Puts controls where the test can see them, and counts how often they are taken away."""

    def __init__(self):
        self.controls = None
        self.taken = 0

    def __call__(self, run, _):
        self.controls = RunControls(run)
        return self.controls, self.take

    def take(self):
        self.taken += 1


def start(plan, place, note=""):
    """Send a plan with a panel; gives both."""
    panel = RunPanel(place, note=note)
    return plan.sender.start_in(plan, Conduct(), panel), panel


def test_the_static_output_ends_with_the_last_state(plan, page):
    """A notebook that is reopened says what became of the run."""
    run, _ = start(plan, None)
    run.result(timeout=30)
    assert len(page.outputs) == 1
    assert "Finished: 3 of 3 (100%); 3 accepted" in page.text
    assert f"run {run.id}" in page.html


def test_what_a_notebook_keeps_is_never_behind_what_it_shows(page, monkeypatch):
    """Who saves as soon as the panel says that it is over saves the end, and not an older state."""
    panel = RunPanel(None)
    ended = RunStatus(RunPhase.FINISHED, Progress(3, accepted=3))
    panel._run = SimpleNamespace(id="r", status=ended, words=cf.Run.words)
    panel._controls = controls_of()
    kept = []
    monkeypatch.setattr(panel._controls, "show", lambda _: kept.append(page.text))
    panel._show()
    assert len(kept) == 1
    assert "Finished: 3 of 3 (100%)" in kept[0]


def test_the_controls_go_at_the_end(plan):
    """What no kernel answers for does not stay on a page."""
    place = Placed()
    run, panel = start(plan, place)
    run.result(timeout=30)
    panel.close()
    assert place.taken == 1


def test_the_controls_stay_for_a_page_that_was_reloaded(held_plan, held):
    """After a reload the static outputs stand still, so the panel is all there is to look at."""
    place = Placed()
    run, panel = start(held_plan, place)
    for widget in all_of(place.controls.box):
        widget.get_state()
        widget.get_state()
    held.release_all()
    run.result(timeout=30)
    panel.close()
    assert place.taken == 0
    assert "Finished" in text(place.controls.box)


def test_the_buttons_steer_the_run(held_plan, held, page):
    """Pause, Resume and Cancel do what their lines of code say."""
    place = Placed()
    run, _ = start(held_plan, place)
    assert held.wait_for(1)
    box = place.controls.box
    button(box, "Pause").click()
    assert run.status.phase is RunPhase.PAUSED
    button(box, "Resume").click()
    assert run.status.phase is RunPhase.RUNNING
    button(box, "Cancel").click()
    assert run.status.phase is RunPhase.CANCELLING
    held.release_all()
    results = run.result(timeout=30)
    assert run.status.phase is RunPhase.CANCELLED
    assert results["outcome"].value_counts()["unsent"] == 2
    assert "Cancelled" in page.text


def controls_of(**verbs):
    """Controls of a run that does this."""
    given = {"words": cf.Run.words, "pause": None, "resume": None, "cancel": None} | verbs
    run = type("Run", (), given)()
    return RunControls(run)


@pytest.mark.parametrize(
    ("phase", "pressable"),
    [
        (RunPhase.RUNNING, ["Pause", "Cancel"]),
        (RunPhase.PAUSED, ["Resume", "Cancel"]),
        (RunPhase.CANCELLING, []),
    ],
)
def test_only_what_makes_sense_can_be_pressed(phase, pressable):
    """A button that would do nothing says so."""
    controls = controls_of()
    controls.show(RunView("r", phase, Progress(10)))
    buttons = [one for one in all_of(controls.box) if isinstance(one, widgets.Button)]
    assert [one.description for one in buttons if not one.disabled] == pressable


def test_what_goes_wrong_in_a_button_is_shown_in_the_panel():
    """An error of a callback is not lost in a hidden console."""

    def fail(_):
        raise cf.LedgerError("the disk is <full>")

    controls = controls_of(pause=fail)
    button(controls.box, "Pause").click()
    assert alerts(controls.box) == ["LedgerError: the disk is &lt;full&gt;"]


def test_the_phase_is_read_out_when_it_changes():
    """A screen reader hears the phase, and not each step of the bar."""
    controls = controls_of()
    controls.show(RunView("r", RunPhase.RUNNING, Progress(10)))
    before = controls._phase.value
    controls.show(RunView("r", RunPhase.RUNNING, Progress(10, accepted=5)))
    assert controls._phase.value == before
    controls.show(RunView("r", RunPhase.PAUSED, Progress(10, accepted=5)))
    assert 'role="status"' in controls._phase.value
    assert "Paused" in controls._phase.value


def test_every_button_has_its_line_of_code():
    """A click can be repeated in a script."""
    said = text(controls_of().box)
    assert [code for code in ("run.pause()", "run.resume()", "run.cancel()") if code in said] == [
        "run.pause()",
        "run.resume()",
        "run.cancel()",
    ]


def test_a_run_that_stands_still_has_no_rate(page):
    """A rate is told while it sends, and gone as soon as it is paused."""
    now = [0.0]
    panel = RunPanel(None, clock=lambda: now[0])
    for at, phase, accepted in ((0, "running", 0), (1, "running", 50), (2, "paused", 60)):
        now[0] = at
        status = RunStatus(RunPhase(phase), Progress(100, accepted=accepted))
        panel._run = SimpleNamespace(id="r", status=status, words=cf.Run.words)
        panel._show()
        assert ("50 a second" in page.html) == (at == 1)
    assert "a second" not in page.html


def test_the_rate_is_of_late():
    """The rate is that of the last ticks, by the clock that is passed in."""
    now = [0.0]
    panel = RunPanel(None, clock=lambda: now[0])
    assert panel._rate(Progress(100)) is None
    now[0] = 2.0
    assert panel._rate(Progress(100, accepted=50)) == 25
