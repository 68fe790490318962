"""The program a warm child runs: one JSON request a line in, JSON answers a line out.

`python -m triage.events.child`. Polars is imported before the first request, so that a request costs no start. The
child dies with its parent: standard input ends, and a thread that does nothing else notices at once.
"""

from __future__ import annotations

import json
import os
import queue
import resource
import sys
import threading
import traceback
from importlib import import_module
from typing import Any, TextIO

ADDRESS_SPACE = 16 << 30
"""A backstop only: address space is no measure of memory. The parent watches what is resident."""


def main() -> None:
    # Answers leave by a descriptor of their own; whatever a library prints goes to stderr and cannot break the frame.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    _limit_address_space()
    requests: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_receive, args=(requests,), daemon=True).start()
    import_module("triage.detectors.judging")
    import_module("triage.events.reading")
    _send(answers, {"ready": os.getpid()})
    while True:
        _answer(json.loads(requests.get()), answers)


def _answer(request: dict[str, Any], answers: TextIO) -> None:
    module, _, function = str(request["task"]).rpartition(".")
    try:
        task = getattr(import_module(module), function)
        result = task(request["payload"], lambda share: _send(answers, {"progress": round(share, 4)}))
    except Exception as error:  # the one boundary of a child: the parent turns it into a failure with this text
        traceback.print_exc()
        _send(answers, {"error": f"{type(error).__name__}: {error}"[:500]})
    else:
        _send(answers, {"result": result})


def _receive(requests: queue.Queue[str]) -> None:
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)


def _send(answers: TextIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def _limit_address_space() -> None:
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard == resource.RLIM_INFINITY or hard > ADDRESS_SPACE:
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, hard))


if __name__ == "__main__":
    main()
