"""Run the broker as a service of its own, with the keys in the data folder: ``python -m realtime.broker``."""

from __future__ import annotations

import argparse
import sys

from starlette.applications import Starlette
from starlette.routing import Mount

import config
from db.preparation import prepare_database
from realtime import embedded_broker, keys
from server.request_limits import BufferedBodyMiddleware
from server.serve import configure_logging, open_listeners, run_server


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m realtime.broker", description=__doc__)
    parser.add_argument("--key", action="store_true", help="print the key for signing tokens, and exit")
    parser.add_argument("--origin", action="append", default=[], help="an origin whose pages may connect")
    options = parser.parse_args(arguments)
    settings = config.get_settings()
    configure_logging(settings.log_level)
    prepare_database()
    if options.key:
        sys.stdout.write(f"{keys.get_current_key()}\n")
        return
    broker = embedded_broker.create_broker(settings, frozenset(options.origin))
    routes = [Mount("/", broker)]
    application = BufferedBodyMiddleware(Starlette(routes=routes, lifespan=lambda _: broker.lifespan()))
    with open_listeners(settings) as listeners:
        sys.stdout.write(f"The broker is at {settings.local_url(listeners[0].getsockname()[1])}\n")
        sys.stdout.flush()
        run_server(application, listeners, settings)


if __name__ == "__main__":
    main(sys.argv[1:])
