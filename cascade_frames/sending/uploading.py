"""The links that texts refer to, uploaded before the first message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import msgspec

from cascade_frames import contract
from cascade_frames.planning.variables import Variable
from cascade_frames.sending.evidence import Evidence
from cascade_frames.sending.gate import Gate
from cascade_frames.sending.gateway import Gateway
from cascade_frames.sending.verdicts import Cause, Step, Verdict, judge
from cascade_frames.sending.waiting import MAX_TRIES


@dataclass(frozen=True)
class UploadFailed:
    """Why the links are not all there."""

    cause: Cause
    verdict: Verdict


@dataclass(frozen=True, repr=False)
class Uploader:
    """Uploads variables; repeating that does no harm, since each value has its own id.

    Args:
        gateway, gate: where to, and when.
        pause: waits after a try (of that number) that failed.
    """

    gateway: Gateway
    gate: Gate
    pause: Callable[[Evidence, Verdict, int], Awaitable[None]]

    async def upload(self, variables: Sequence[Variable]) -> UploadFailed | None:
        """Upload them, and say what went wrong; where the gate is stopped, some are left out."""
        for start in range(0, len(variables), contract.MAX_BATCH):
            items = [_as_item(one) for one in variables[start : start + contract.MAX_BATCH]]
            failed = await self._upload(msgspec.json.encode({"variables": items}))
            if failed or self.gate.stopped:
                return failed
        return None

    async def _upload(self, body: bytes) -> UploadFailed | None:
        for tries in range(1, MAX_TRIES + 1):
            if not await self.gate.turn():
                return None
            evidence = await self.gateway.post(contract.VARIABLES_PATH, body)
            if evidence.status is not None and 200 <= evidence.status < 300:
                return None
            verdict = judge(evidence, ())
            if verdict.step is Step.HALT and verdict.cause:
                return UploadFailed(verdict.cause, verdict)
            if evidence.status in (400, 422) or tries == MAX_TRIES:
                return UploadFailed(Cause.VARIABLES_FAILED, verdict)
            await self.pause(evidence, verdict, tries)
        raise AssertionError("unreachable: the last try returns")


def _as_item(variable: Variable) -> dict[str, object]:
    return {"id": variable.id, "type": str(variable.type), "value": variable.value}
