"""Clicks on widgets while a cell awaits, in kernels that would leave them lying until it is over.

ipykernel 7 hears them in a subshell. An older one takes its next message when the cell is over,
although its loop is free meanwhile: so what pages ask of widgets is answered here, by the
kernel's own handlers, and everything else stays in its queue in the order in which it came.
"""

from __future__ import annotations

import asyncio
import inspect
from typing import Any, Final

from cascade_frames.notebook.surroundings import running_kernel

_EVERY_SECONDS: Final = 0.05
# What widgets need, and what a page that is reloaded asks first.
_ANSWERED: Final = frozenset(
    {"comm_open", "comm_msg", "comm_close", "comm_info_request", "kernel_info_request"}
)


async def answer_clicks(over: asyncio.Future[Any]) -> None:
    """Answer pages until the future is over; returns at once where the kernel does so itself.

    It is for the cell that awaits: in a task of its own there is nothing in the cell's way.
    """
    kernel = running_kernel()
    if not hasattr(kernel, "msg_queue") or not _is_cell():
        return
    queue, left = kernel.msg_queue, []
    try:
        while not over.done():
            await asyncio.wait([over], timeout=_EVERY_SECONDS)
            while queue.qsize():
                message = queue.get_nowait()
                if not await _answered(kernel, message):
                    left.append(message)
    finally:
        while queue.qsize():
            left.append(queue.get_nowait())
        for message in left:
            queue.put_nowait(message)


def _is_cell() -> bool:
    """Whether the cell itself awaits."""
    task = asyncio.current_task()
    return getattr(task and task.get_coro(), "__name__", "") == "run_cell_async"


async def _answered(kernel: Any, queued: Any) -> bool:  # noqa: ANN401 - ipykernel's
    """Answer a message, if it is one of those."""
    _, dispatch, arguments = queued
    if getattr(dispatch, "__name__", "") != "dispatch_shell":
        return False
    sender, frames = kernel.session.feed_identities(arguments[0], copy=False)
    asked = kernel.session.unpack(frames[1].bytes)["msg_type"]
    if asked not in _ANSWERED:
        return False
    try:
        await _answer(kernel, asked, sender, frames)
    except Exception:
        kernel.log.error("Exception in message handler:", exc_info=True)
    return True


async def _answer(kernel: Any, asked: str, sender: Any, frames: Any) -> None:  # noqa: ANN401
    message = kernel.session.deserialize(frames, content=True, copy=False)
    # A page waits for both before it sends the next change of a widget.
    kernel._publish_status("busy", "shell", message)  # noqa: SLF001 - has no public name
    try:
        answer = kernel.shell_handlers[asked](kernel.shell_stream, sender, message)
        if inspect.isawaitable(answer):
            await answer
    finally:
        kernel._publish_status_and_flush("idle", "shell", kernel.shell_stream, message)  # noqa: SLF001
