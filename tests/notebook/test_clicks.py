"""Clicks that are heard while a cell awaits, in a kernel that takes one message at a time."""

import asyncio
import queue
from types import SimpleNamespace

import pytest

from cascade_frames.notebook import clicks
from cascade_frames.notebook.clicks import answer_clicks


class Kernel:
    """Has the parts of an ipykernel 6 that hold messages; notes what is handled."""

    def __init__(self, *messages):
        self.msg_queue = queue.Queue()
        self.shell_stream = "stream"
        self.shell_handlers = {"comm_msg": self._handle, "kernel_info_request": self._handle_later}
        self.session = SimpleNamespace(
            feed_identities=lambda frames, copy: ("page", frames),  # noqa: ARG005
            unpack=lambda header: {"msg_type": header},
            deserialize=lambda frames, content, copy: frames[2],  # noqa: ARG005
        )
        self.done = []
        self.log = SimpleNamespace(error=lambda words, exc_info: self.done.append(words))  # noqa: ARG005
        for message in messages:
            self.put(*message)

    def put(self, kind, name):
        """Put a message into the queue."""
        frames = ["signature", SimpleNamespace(bytes=kind), name]
        self.msg_queue.put_nowait((0, self.dispatch_shell, [frames]))

    async def dispatch_shell(self, frames):
        """Be the one by whose name messages of the shell are known."""

    async def stop_aborting(self):
        """Be something else that waits its turn."""

    def _handle(self, stream, sender, name):
        assert (stream, sender) == ("stream", "page")
        self.done.append(name)
        if name == "faulty":
            raise ValueError(name)

    async def _handle_later(self, stream, sender, name):
        self._handle(stream, sender, name)

    def _publish_status(self, status, channel, parent):
        assert channel == "shell"
        self.done.append(f"{status} {parent}")

    def _publish_status_and_flush(self, status, channel, stream, parent):
        assert stream == "stream"
        self._publish_status(status, channel, parent)

    @property
    def left(self):
        """What waits its turn, in order."""
        return [args[0][2] if args else dispatch.__name__ for _, dispatch, args in self.queued]

    @property
    def queued(self):
        """The messages as they are queued."""
        return list(self.msg_queue.queue)


@pytest.fixture
def enter(monkeypatch):
    """Give a function that makes a kernel the one that is running."""
    return lambda kernel: monkeypatch.setattr(clicks, "running_kernel", lambda: kernel)


async def run_cell_async(meanwhile):
    """Await as a cell would, while this happens."""
    over = asyncio.get_running_loop().create_future()

    async def happen():
        await meanwhile(over)

    happening = asyncio.ensure_future(happen())
    try:
        await answer_clicks(over)
    finally:
        await happening


async def end(over, after=0.2):
    """End the run after a while."""
    await asyncio.sleep(after)
    over.set_result(None)


def test_clicks_are_heard_and_cells_keep_their_turn(enter):
    """Widgets get their answers in order; cells wait as before, in front of what came later."""
    kernel = Kernel(("execute_request", "cell 1"), ("comm_msg", "click 1"))
    kernel.msg_queue.put_nowait((0, kernel.stop_aborting, []))
    kernel.put("kernel_info_request", "reload")
    enter(kernel)

    async def meanwhile(over):
        await asyncio.sleep(0.1)
        kernel.put("execute_request", "cell 2")
        kernel.put("comm_msg", "click 2")
        await end(over)
        kernel.put("execute_request", "cell 3")

    asyncio.run(run_cell_async(meanwhile))
    names = ("click 1", "reload", "click 2")
    assert kernel.done == [f"{before}{name}" for name in names for before in ("busy ", "", "idle ")]
    assert kernel.left == ["cell 1", "stop_aborting", "cell 2", "cell 3"]


@pytest.mark.parametrize("where", ["a task", "no kernel", "a kernel with subshells"])
def test_elsewhere_nothing_is_taken(enter, where):
    """Only a cell in a kernel of that kind stands in the way of clicks."""
    kernel = Kernel(("comm_msg", "click"))
    enter({"a task": kernel, "no kernel": None}.get(where, object()))

    async def elsewhere():
        await answer_clicks(asyncio.get_running_loop().create_future())

    async def as_a_cell():
        await run_cell_async(end)

    asyncio.run(elsewhere() if where == "a task" else as_a_cell())
    assert kernel.left == ["click"]


def test_an_interrupted_wait_loses_nothing(enter):
    """Whoever stops the cell finds every message still there."""
    kernel = Kernel(("execute_request", "cell 1"))
    enter(kernel)

    async def interrupted():
        cell = asyncio.ensure_future(run_cell_async(end))
        await asyncio.sleep(0.1)
        cell.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cell

    asyncio.run(interrupted())
    assert kernel.left == ["cell 1"]


def test_a_handler_that_fails_is_not_the_cell_s_error(enter):
    """As in the kernel, an error in the handling of one message ends neither wait nor cell."""
    kernel = Kernel(("comm_msg", "faulty"), ("comm_msg", "click"))
    enter(kernel)
    asyncio.run(run_cell_async(end))
    assert "Exception in message handler:" in kernel.done
    assert kernel.done[-1] == "idle click"
    assert kernel.left == []
