"""``python -m gpu.cuxfilter.worker TASK [ARGUMENT...]``: answer messages on its pipes until they close."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module

from gpu.cuxfilter.protocol import Message, receive, send
from gpu.cuxfilter.worker.loading import load


def main(task: str, *arguments: str) -> None:
    """Do one of the tasks, the modules beside this one: each has ``serve(asked, answers, *arguments)``."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # cuxfilter prints
    asked = sys.stdin.buffer
    try:
        load()
    except ImportError as error:
        receive(asked)
        send(answers, Message({"error": f"cuxfilter can't be loaded by {sys.executable}: {error}"}))
        return
    module = import_module(f"gpu.cuxfilter.worker.{task}")
    gc.freeze()  # cuxfilter collects garbage at every bar chart: a fifth of a second with all that was loaded
    module.serve(asked, answers, *arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
