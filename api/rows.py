"""The rows of a version that pass some filters: a page of them, and all as CSV. docs/rows.md."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user
from pydantic import Json

from accounts import audit
from accounts.audit import Action
from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import explain
from api.operations import JSON, Answer, operation
from api.version_requests import State, StateQuery, lasting, require_same, state_of, tag, turn
from datasets import audit_events
from datasets.access.gateway import Door, Seen
from datasets.exploration import PageRequest, TableRequest
from datasets.explorations.visible_part import require_column
from datasets.query.compile import conditions
from datasets.table.csv_text import csv
from datasets.table.json_values import Value, rows
from datasets.table.order_search import Sorting
from datasets.table.reader import Selection, Wanted
from datasets.table.table_reader import Tables
from server.disconnects import until_left


class PageQuery(StateQuery):
    """The rights that the description names, a state, and which rows."""

    x: Json[PageRequest]


class TableQuery(StateQuery):
    """The same, of all rows."""

    x: Json[TableRequest]


class PageOfRows(Answer):
    """Some of the ``total`` rows that pass, from number ``offset`` on, with a value for each of the columns.

    Times are milliseconds since 1970, UTC; what is no finite number is null, integers beyond 2^53 are text.
    """

    total: int
    offset: int
    columns: list[str]
    rows: list[tuple[Value, ...]]


def row_routes(tables: Tables, door: Door) -> Blueprint:
    """The routes that read these tables, for what the door shows."""
    routes = Blueprint("rows", __name__)
    explain(routes)

    @routes.get("/api/datasets/<slug>/versions/<version>/rows")
    @requires(Permission.EXPLORE)
    @operation()
    def show_rows(slug: str, version: str, query: PageQuery) -> PageOfRows | Response:
        """A page of the rows that pass all filters, sorted or as stored."""
        asked = query.x
        seen, state = _seen(slug, version, query)
        wanted = _wanted(asked, seen, state)
        known = tag(seen.description.model_copy(update={"rows": state.rows}), "rows", asked.model_dump_json())
        if request.if_none_match.contains_weak(known):
            return lasting(Response(status=304), known)
        total, found = tables.page(wanted, range(asked.offset, asked.offset + asked.limit), turn())
        page = PageOfRows(total=total, offset=asked.offset, columns=list(wanted.columns), rows=rows(found))
        return lasting(Response(page.model_dump_json(), mimetype=JSON), known)

    @routes.get("/api/datasets/<slug>/versions/<version>/rows.csv")
    @requires(Permission.EXPLORE)
    @operation(media="text/csv")
    def export_rows(slug: str, version: str, query: TableQuery) -> Response:
        """All rows that pass all filters, as CSV: as stored or, if there are not too many, sorted."""
        seen, state = _seen(slug, version, query)
        wanted = _wanted(query.x, seen, state)
        total, found = tables.whole(wanted)
        audit.record(
            Action.DATASET_EXPORTED,
            actor=current_user._get_current_object(),
            resource=("dataset", slug),
            version=version,
            rows=total,
            columns=wanted.columns,
        )
        answer = Response(until_left(csv(wanted.columns, found)), mimetype="text/csv")
        answer.headers["Content-Disposition"] = f'attachment; filename="{slug}-{version}.csv"'
        return answer

    def _seen(slug: str, version: str, query: StateQuery) -> tuple[Seen, State]:
        seen = door.open(current_user, slug, version)
        require_same(query.r, seen.reach)
        state = state_of(query, seen.states)
        audit_events.asked(current_user, slug, version)
        return seen, state

    return routes


def _wanted(asked: TableRequest, seen: Seen, state: State) -> Wanted:
    """The rows and columns that are asked for, all of which the person sees."""
    shown = seen.description
    for name in (asked.sort, *(asked.columns or ())):
        require_column(name, "sort" if name == asked.sort else "columns", shown)
    columns = asked.columns or tuple(column.name for column in shown.columns)
    sorting = None if asked.sort is None else Sorting(asked.sort, asked.descending)
    passed = conditions(asked, shown, seen.reach.rows)
    return Wanted(Selection(shown.slug, shown.version, passed, state.range.stop), sorting, columns)
