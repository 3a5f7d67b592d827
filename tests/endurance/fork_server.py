"""The process that forks: one line of JSON in, one line out. See `forks`."""

import gc
import json
import os
import sys
import threading
import traceback
from pathlib import Path

from tests.endurance import children, drafts


def main():
    """Fork a child for each job, until the input ends."""
    children.warm_up()
    assert threading.active_count() == 1
    gc.freeze()
    for line in sys.stdin:
        answer = _answer(json.loads(line))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _answer(request):
    if "wait" in request:
        return _wait(request["wait"])
    if "draft" in request:
        drafts.draft(**request["draft"])
        assert threading.active_count() == 1
        gc.freeze()
        return {}
    return _fork(request)


def _wait(process):
    _, status = os.waitpid(process, 0)
    return {"code": os.waitstatus_to_exitcode(status)}


def _fork(request):
    process = os.fork()
    if process:
        return {"process": process}
    code = 1
    try:
        gc.disable()
        os.setpgid(0, 0)
        os.close(0)
        os.dup2(2, 1)
        _do(request)
        code = 0
    except BaseException:  # noqa: BLE001 - a child must never go on in its parent's loop
        traceback.print_exc()
    finally:
        os._exit(code)


def _do(request):
    told = Path(request["told"])
    result = children.JOBS[request["do"]](**request["given"])
    aside = told.with_suffix(".part")
    aside.write_text(json.dumps(result))
    aside.rename(told)


if __name__ == "__main__":
    main()
