"""What every process does before it uses the data folder and the database."""

from __future__ import annotations

import os

from config import get_settings
from db import schema
from db.keys import key_ring
from db.keys.key_ring import LostKeyError
from db.keys.master import MasterKeyError

PRIVATE_UMASK = 0o077
"""Files and folders made from now on are readable by their owner only."""


def prepare_database() -> None:
    """Create the data folder, upgrade the schema, and create the keys that a new database lacks.

    Raises:
        SystemExit: the data folder, the database or the master key can't be used; says why.
    """
    os.umask(PRIVATE_UMASK)
    data = get_settings().data
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        schema.upgrade_schema()
        key_ring.ensure_keys()
    except OSError as error:
        raise SystemExit(f"Can't use the data folder {data}: {error}") from error
    except (LostKeyError, MasterKeyError) as error:
        raise SystemExit(str(error)) from error
