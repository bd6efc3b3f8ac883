"""Commands: ``python -m datasets sample | resample | import | rotate``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from config import settings
from datasets import catalogue
from datasets.catalogue import UnknownDatasetError
from datasets.description import Description
from datasets.incoming.console import notice, progress
from datasets.incoming.file import BadFileError
from datasets.incoming.importer import import_file
from datasets.incoming.resample import resample
from datasets.incoming.sample import prepare_sample
from datasets.incoming.versions import BusyError
from datasets.protection import UnreadableError
from datasets.rotation import rotate
from datasets.slugs import slug_of
from db.keys import ring
from db.schema import upgrade


def main(arguments: list[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    upgrade()
    ring.ensure()
    try:
        sys.stdout.write(_run(chosen) + "\n")
    except (BadFileError, BusyError, UnknownDatasetError, UnreadableError, OSError, ValueError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


def _run(chosen: argparse.Namespace) -> str:
    if chosen.command == "rotate":
        return _rotated(chosen.slug)
    made = _made(chosen)
    size = f"{made.rows:,} rows, {len(made.columns)} columns"
    return f"{made.name}: {size}, version {made.version}"


def _rotated(slug: str | None) -> str:
    slugs = [catalogue.open(slug).slug] if slug else [entry.slug for entry in catalogue.entries()]
    versions = sum(rotate(each, progress) for each in slugs)
    what = "encrypted with new keys" if settings().encryption == "on" else "no longer encrypted"
    return f"{len(slugs)} datasets, {versions} versions {what}"


def _made(chosen: argparse.Namespace) -> Description:
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
    commands.add_parser("sample", help="prepare the sample dataset, three million flights")
    more = commands.add_parser("resample", help="make a larger dataset out of the sample's rows")
    more.add_argument("--rows", type=int, required=True, help="how many rows, such as 100_000_000")
    more.add_argument("--seed", type=int, default=1, help="another seed gives other rows (default 1)")
    file = commands.add_parser("import", help="import a Parquet or CSV file as a new version of a dataset")
    file.add_argument("file", type=Path)
    file.add_argument("--name", required=True, help="the dataset's name as people read it")
    file.add_argument("--slug", help="the dataset's name in addresses (default: made of the name)")
    keys = commands.add_parser("rotate", help="write datasets anew with new keys; goes on after a kill")
    keys.add_argument("--slug", help="only this dataset")
    return parser


if __name__ == "__main__":
    sys.exit(main())
