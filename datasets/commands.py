"""The commands ``dataxchange datasets``: import, append, sample, resample and rotate."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from accounts import audit
from accounts.audit import AuditAction
from config import get_settings
from datasets import catalogue, shares
from datasets.access import owners
from datasets.access.import_notices import list_import_notices
from datasets.access.owners import UnknownOwnerError
from datasets.append.append_file import append_file
from datasets.catalogue import UnknownDatasetError, make_slug
from datasets.description import Description
from datasets.ingest.cli_output import print_notice, print_progress
from datasets.ingest.csv_layout import CsvOptions
from datasets.ingest.importer import find_format, publish_rows
from datasets.ingest.read_result import BadFileError
from datasets.ingest.resample import prepare_resample
from datasets.ingest.sample import prepare_sample
from datasets.ingest.version_folders import VersionBusyError
from datasets.rotation import rotate_data_key
from datasets.storage.encryption import UnreadableDatasetError
from db.preparation import prepare_database

MAX_LISTED_ROWS = 20
"""Of the rows that don't fit, so many are told one by one."""
EXPECTED_ERRORS = (
    BadFileError,
    VersionBusyError,
    OSError,
    UnknownDatasetError,
    UnknownOwnerError,
    UnreadableDatasetError,
    ValueError,
)
"""What a person can do something about: said in a sentence."""


def main(arguments: list[str] | None = None) -> int:
    chosen = _build_parser().parse_args(arguments)
    prepare_database()
    try:
        said = {"rotate": _rotate_keys, "append": _append_file_rows}.get(chosen.command, _import_dataset)(
            chosen
        )
    except EXPECTED_ERRORS as error:
        sys.stderr.write(f"error: {_describe_error(error)}\n")
        return 1
    sys.stdout.write(said + "\n")
    return 0


def _describe_error(error: Exception) -> str:
    """Return the message; that of the operating system without its number."""
    if isinstance(error, OSError) and error.strerror:
        return ": ".join(map(str, filter(None, (error.filename, error.strerror))))
    return str(error)


def _import_dataset(chosen: argparse.Namespace) -> str:
    """Make the dataset, say whose it is and whom it is shared with."""
    if chosen.owner:
        owners.require_owner(chosen.owner)
    before = {entry.slug for entry in catalogue.list_datasets()}
    made = _create_version(chosen)
    owners.claim_dataset(made.slug, chosen.owner)
    for sentence in list_import_notices(made.slug):
        print_notice(sentence)
    if chosen.everyone and (chosen.command == "import" or made.slug not in before):
        shares.open_to_everyone(made.slug)
    audit.record_event(AuditAction.DATASET_IMPORTED, resource=("dataset", made.slug), version=made.version)
    said = f"{made.name}: {made.rows:,} rows, {len(made.columns)} columns, version {made.version}"
    alone = "\nIts owner and admins see it; they share it by Share on its Explore page."
    return said if chosen.everyone else said + alone


def _append_file_rows(chosen: argparse.Namespace) -> str:
    """Add the rows of a file, say how many there are now and which did not fit."""
    version = chosen.version or catalogue.get_description(chosen.slug).version
    found = append_file(chosen.file, chosen.slug, version, print_progress)
    resource = ("dataset", chosen.slug)
    audit.record_event(AuditAction.DATASET_APPENDED, resource=resource, version=version, rows=found.added)
    for each in found.rejected[:MAX_LISTED_ROWS]:
        print_notice(f"row {each.row + 1} is left out: {each.reason}")
    refused = f", {len(found.rejected):,} left out" if found.rejected else ""
    return f"{chosen.slug}: {found.added:,} rows added{refused}, {found.rows:,} in all, version {version}"


def _rotate_keys(chosen: argparse.Namespace) -> str:
    slug = chosen.slug
    slugs = (
        [catalogue.get_description(slug).slug]
        if slug
        else [entry.slug for entry in catalogue.list_datasets()]
    )
    versions = sum(map(_rotate_dataset, slugs))
    what = "encrypted with new keys" if get_settings().encryption == "on" else "no longer encrypted"
    return f"{len(slugs)} datasets, {versions} versions {what}"


def _rotate_dataset(slug: str) -> int:
    versions = rotate_data_key(slug, print_progress)
    audit.record_event(AuditAction.KEY_ROTATED, resource=("dataset", slug), versions=versions)
    return versions


def _create_version(chosen: argparse.Namespace) -> Description:
    match chosen.command:
        case "sample":
            return prepare_sample(print_progress)
        case "resample":
            return prepare_resample(chosen.rows, chosen.seed, print_progress)
        case _:
            return _import_file(chosen)


def _import_file(chosen: argparse.Namespace) -> Description:
    options = CsvOptions(chosen.delimiter, chosen.header, chosen.skip)
    result = find_format(chosen.file, options).read_for_import(chosen.file, print_progress)
    for sentence in result.notices:
        print_notice(sentence)
    return publish_rows(result, chosen.slug or make_slug(chosen.name), chosen.name, print_progress)


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dataxchange datasets", description="Bring tables into DataXchange."
    )
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    sample = commands.add_parser("sample", help="create the sample dataset of three million flights")
    sample.set_defaults(everyone=True, owner=None)
    more = commands.add_parser("resample", help="create a larger dataset from the rows of the sample")
    more.set_defaults(everyone=True, owner=None)
    more.add_argument("--rows", type=int, required=True, help="the number of rows, such as 100_000_000")
    more.add_argument("--seed", type=int, default=1, help="the seed of the random choice (default: 1)")
    file = commands.add_parser("import", help="import a Parquet or CSV file as a new version of a dataset")
    file.add_argument("file", type=Path)
    file.add_argument("--name", required=True, help="the name that people see")
    file.add_argument("--slug", help="the name in URLs (default: derived from --name)")
    _add_csv_options(file)
    more_rows = commands.add_parser("append", help="add the rows of a Parquet or CSV file to a dataset")
    more_rows.add_argument("file", type=Path)
    more_rows.add_argument("--slug", required=True, help="the name in URLs")
    more_rows.add_argument("--version", help="the version (default: the newest)")
    keys = commands.add_parser(
        "rotate", help="encrypt datasets with new keys; continues where it was interrupted"
    )
    keys.add_argument("--slug", help="only this dataset")
    file.add_argument("--owner", help="the owner of a new dataset (default: the first admin)")
    file.add_argument("--everyone", action="store_true", help="share it with everyone who signs in")
    return parser


def _add_csv_options(parser: argparse.ArgumentParser) -> None:
    """Add what overrules the judgement of a CSV file."""
    csv = parser.add_argument_group("CSV files", "What isn't given is judged by the first rows.")
    csv.add_argument("--delimiter", type=_parse_delimiter, help="what separates cells, such as ';' or 'tab'")
    csv.add_argument(
        "--header", action=argparse.BooleanOptionalAction, help="whether the first row holds the names"
    )
    csv.add_argument("--skip", type=_parse_line_count, metavar="LINES", help="the lines before the table")


def _parse_delimiter(text: str) -> str:
    delimiter = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\\\r\n\0' or delimiter.isalnum():
        raise argparse.ArgumentTypeError("must be 'tab' or one character such as ';'")
    return delimiter


def _parse_line_count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("must be a number of lines such as 2")
    return int(text)
