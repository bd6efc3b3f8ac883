"""Commands: ``python -m datasets sample | resample | import | append | rotate``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from accounts import audit
from accounts.audit import Action
from config import settings
from datasets import catalogue, shares
from datasets.access import owners
from datasets.access.owners import UnknownOwnerError
from datasets.append.append_file import append_file
from datasets.catalogue import UnknownDatasetError
from datasets.description import Description
from datasets.ingest.cli_output import notice, progress
from datasets.ingest.importer import import_file
from datasets.ingest.read_result import BadFileError
from datasets.ingest.resample import resample
from datasets.ingest.sample import prepare_sample
from datasets.ingest.version_folders import BusyError
from datasets.rotation import rotate
from datasets.slugs import slug_of
from datasets.storage.encryption import UnreadableError
from db.keys import key_ring
from db.schema import upgrade

MOST_SAID = 20
"""Of the rows that don't fit, so many are told one by one."""
KNOWN = (
    BadFileError,
    BusyError,
    OSError,
    UnknownDatasetError,
    UnknownOwnerError,
    UnreadableError,
    ValueError,
)
"""What a person can do something about: said in a sentence."""


def main(arguments: list[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    upgrade()
    key_ring.ensure()
    try:
        said = {"rotate": _rotated, "append": _appended}.get(chosen.command, _brought)(chosen)
    except KNOWN as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    sys.stdout.write(said + "\n")
    return 0


def _brought(chosen: argparse.Namespace) -> str:
    """Make the dataset, say whose it is and whom it is shared with."""
    if chosen.owner:
        owners.require_named(chosen.owner)
    before = {entry.slug for entry in catalogue.entries()}
    made = _made(chosen)
    owners.claim(made.slug, chosen.owner)
    if chosen.everyone and (chosen.command == "import" or made.slug not in before):
        shares.open_to_everyone(made.slug)
    audit.record(Action.DATASET_IMPORTED, resource=("dataset", made.slug), version=made.version)
    said = f"{made.name}: {made.rows:,} rows, {len(made.columns)} columns, version {made.version}"
    alone = "\nIts owner and admins see it; they share it by Share on its Explore page."
    return said if chosen.everyone else said + alone


def _appended(chosen: argparse.Namespace) -> str:
    """Add the rows of a file, say how many there are now and which did not fit."""
    version = chosen.version or catalogue.open(chosen.slug).version
    found = append_file(chosen.file, chosen.slug, version, progress)
    resource = ("dataset", chosen.slug)
    audit.record(Action.DATASET_APPENDED, resource=resource, version=version, rows=found.added)
    for each in found.refused[:MOST_SAID]:
        notice(f"row {each.row + 1} is left out: {each.reason}")
    refused = f", {len(found.refused):,} left out" if found.refused else ""
    return f"{chosen.slug}: {found.added:,} rows added{refused}, {found.rows:,} in all, version {version}"


def _rotated(chosen: argparse.Namespace) -> str:
    slug = chosen.slug
    slugs = [catalogue.open(slug).slug] if slug else [entry.slug for entry in catalogue.entries()]
    versions = sum(map(_rotated_one, slugs))
    what = "encrypted with new keys" if settings().encryption == "on" else "no longer encrypted"
    return f"{len(slugs)} datasets, {versions} versions {what}"


def _rotated_one(slug: str) -> int:
    versions = rotate(slug, progress)
    audit.record(Action.KEY_ROTATED, resource=("dataset", slug), versions=versions)
    return versions


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
    more_rows = commands.add_parser("append", help="add the rows of a Parquet or CSV file to a dataset")
    more_rows.add_argument("file", type=Path)
    more_rows.add_argument("--slug", required=True, help="the dataset's name in addresses")
    more_rows.add_argument("--version", help="an older version of it (default: the newest)")
    keys = commands.add_parser("rotate", help="write datasets anew with new keys; goes on after a kill")
    keys.add_argument("--slug", help="only this dataset")
    file.add_argument("--owner", help="who owns a new dataset (default: the first admin)")
    file.add_argument("--everyone", action="store_true", help="share it with everyone who signs in")
    return parser


if __name__ == "__main__":
    sys.exit(main())
