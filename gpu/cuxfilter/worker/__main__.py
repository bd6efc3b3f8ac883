"""``python -m gpu.cuxfilter.worker TASK [ARGUMENT...]``: answer messages on the pipes until they close."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

from gpu.cuxfilter.protocol import WorkerMessage, receive_message, send_message
from gpu.cuxfilter.worker.loading import LOAD_ERRORS, load_packages


def main(task: str, *arguments: str) -> None:
    """Run one of the tasks, the modules of this folder: each has ``serve(asked, answers, *arguments)``."""
    os.umask(0o077)  # what CUDA and numba cache is for the owner's eyes only
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # cuxfilter prints to standard output, which would garble the answers
    requests = sys.stdin.buffer
    try:
        load_packages()
    except LOAD_ERRORS as error:
        receive_message(requests)
        reason = f"cuxfilter can't be loaded by {sys.executable}: {type(error).__name__}: {error}"
        send_message(answers, WorkerMessage({"error": reason}))
        return
    module = import_module(f"gpu.cuxfilter.worker.{task}")
    gc.freeze()  # cuxfilter collects garbage at every bar chart: without this, a fifth of a second each
    module.serve(requests, answers, *arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
