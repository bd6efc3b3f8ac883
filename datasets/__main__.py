"""Commands: ``python -m datasets sample | resample | import``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from accounts import audit
from accounts.audit import Action
from datasets import catalogue, owners, shares
from datasets.description import Description
from datasets.incoming.console import notice, progress
from datasets.incoming.file import BadFileError
from datasets.incoming.importer import import_file
from datasets.incoming.resample import resample
from datasets.incoming.sample import prepare_sample
from datasets.incoming.versions import BusyError
from datasets.owners import UnknownOwnerError
from datasets.slugs import slug_of
from db.keys import ring
from db.schema import upgrade


def main(arguments: list[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    upgrade()
    ring.ensure()
    try:
        if chosen.owner:
            owners.require_named(chosen.owner)
        before = {entry.slug for entry in catalogue.entries()}
        made = _run(chosen)
        owners.claim(made.slug, chosen.owner)
        if chosen.everyone and (chosen.command == "import" or made.slug not in before):
            shares.open_to_everyone(made.slug)
        audit.record(Action.DATASET_IMPORTED, resource=("dataset", made.slug), version=made.version)
    except (BadFileError, BusyError, OSError, ValueError, UnknownOwnerError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    size = f"{made.rows:,} rows, {len(made.columns)} columns"
    sys.stdout.write(f"{made.name}: {size}, version {made.version}\n")
    if not chosen.everyone:
        sys.stdout.write("Its owner and admins see it; they share it by Share on its Explore page.\n")
    return 0


def _run(chosen: argparse.Namespace) -> Description:
    match chosen.command:
        case "sample":
            return prepare_sample(progress)
        case "resample":
            return resample(chosen.rows, chosen.seed, progress)
        case _:
            slug = chosen.slug or slug_of(chosen.name)
            return import_file(chosen.file, slug, chosen.name, progress, notice)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m datasets", description="Bring tables into DataXchange.")
    commands = parser.add_subparsers(dest="command", required=True)
    sample = commands.add_parser("sample", help="prepare the sample dataset, three million flights")
    sample.set_defaults(everyone=True, owner=None)
    more = commands.add_parser("resample", help="make a larger dataset out of the sample's rows")
    more.set_defaults(everyone=True, owner=None)
    more.add_argument("--rows", type=int, required=True, help="how many rows, such as 100_000_000")
    more.add_argument("--seed", type=int, default=1, help="another seed gives other rows (default 1)")
    file = commands.add_parser("import", help="import a Parquet or CSV file as a new version of a dataset")
    file.add_argument("file", type=Path)
    file.add_argument("--name", required=True, help="the dataset's name as people read it")
    file.add_argument("--slug", help="the dataset's name in addresses (default: made of the name)")
    file.add_argument("--owner", help="who owns a new dataset (default: the first admin)")
    file.add_argument("--everyone", action="store_true", help="share it with everyone who signs in")
    return parser


if __name__ == "__main__":
    sys.exit(main())
