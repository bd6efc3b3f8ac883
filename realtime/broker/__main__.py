"""The broker as a service of its own: ``python -m realtime.broker``; it shares the data folder's keys."""

from __future__ import annotations

import argparse
import sys

from starlette.applications import Starlette
from starlette.routing import Mount

import config
from db import schema
from db.keys import key_ring
from db.keys.master import MasterKeyError
from realtime import embedded, keys
from server.request_limits import WholeBodies
from server.serve import listen, log_to_stderr, serve


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m realtime.broker", description=__doc__)
    parser.add_argument("--key", action="store_true", help="print the key that clients sign with, and end")
    parser.add_argument("--origin", action="append", default=[], help="where pages come from that may ask")
    choice = parser.parse_args(arguments)
    settings = config.settings()
    log_to_stderr(settings.log_level)
    _prepare(settings)
    if choice.key:
        sys.stdout.write(f"{keys.current()}\n")
        return
    broker = embedded.broker(settings, frozenset(choice.origin))
    routes = [Mount("/", broker)]
    application = WholeBodies(Starlette(routes=routes, lifespan=lambda _: broker.running()))
    with listen(settings) as listeners:
        sys.stdout.write(f"The broker is at {settings.address(listeners[0].getsockname()[1])}\n")
        sys.stdout.flush()
        serve(application, listeners, settings)


def _prepare(settings: config.Settings) -> None:
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        schema.upgrade()
        key_ring.ensure()
    except OSError as error:
        raise SystemExit(f"Can't use the data folder {settings.data}: {error}") from error
    except (key_ring.LostKeyError, MasterKeyError) as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main(sys.argv[1:])
