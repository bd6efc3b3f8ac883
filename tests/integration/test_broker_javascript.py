"""The broker, asked by Ably's JavaScript SDK in Node: broker_sdk.mjs has the cases."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.integration.threaded_broker import KEY, start_broker

CASES = Path(__file__).with_name("broker_sdk.mjs")


@pytest.mark.parametrize("form", ["msgpack", "json"])
def test_the_javascript_sdk(tmp_path, form):
    broker = start_broker(tmp_path)
    environment = {"PATH": os.environ["PATH"], "PORT": str(broker.port), "KEY": str(KEY), "FORMAT": form}
    command = ["node", "--test", "--test-reporter=tap", CASES]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=90, check=False)
    broker.stop()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\n# pass 13" in done.stdout
