"""The routes of filtered rows of a version: pages, and an export as CSV. See docs/rows.md."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask_login import current_user
from pydantic import Json

from accounts import audit
from accounts.audit import AuditAction
from accounts.guard import requires
from accounts.permissions import Permission
from api.computation_queue import QueueName, take_turns
from api.errors import register_error_handlers
from api.operations import JSON, ResponseBody, operation
from api.version_requests import (
    RequestedState,
    StateQuery,
    compute_etag,
    get_request_ticket,
    make_cacheable,
    open_version,
    resolve_state,
)
from datasets import audit_events
from datasets.access.category_ranker import CategoryRanker
from datasets.access.gateway import DatasetGateway, VisibleVersion
from datasets.exploration import PageRequest, TableRequest
from datasets.explorations.visible_part import require_visible_column
from datasets.query.compile import compile_row_filters
from datasets.table.csv_text import format_csv
from datasets.table.json_values import JsonValue, rows_to_json
from datasets.table.order_search import SortOrder
from datasets.table.reader import RowQuery, RowSelection
from datasets.table.table_reader import TableReader
from server.disconnects import until_disconnect


class RowPageQuery(StateQuery):
    """The rights key of the description, a state, and the requested page."""

    x: Json[PageRequest]


class RowExportQuery(StateQuery):
    """The same, for an export of all rows."""

    x: Json[TableRequest]


class RowPage(ResponseBody):
    """Some of the ``total`` rows that pass the filters, starting at ``offset``, with a value per column.

    Times are milliseconds since 1970, UTC; non-finite numbers are null, integers beyond 2^53 are text.
    """

    total: int
    offset: int
    columns: list[str]
    rows: list[tuple[JsonValue, ...]]


def create_row_routes(tables: TableReader, gateway: DatasetGateway, ranker: CategoryRanker) -> Blueprint:
    """Return the routes that read these tables."""
    routes = Blueprint("rows", __name__)
    register_error_handlers(routes)

    @routes.get("/api/datasets/<slug>/versions/<version>/rows")
    @requires(Permission.EXPLORE)
    @operation()
    @take_turns(QueueName.COMPUTATIONS)
    def show_rows(slug: str, version: str, query: RowPageQuery) -> RowPage | Response:
        """Return a page of the rows that pass all filters, sorted or as stored."""
        asked = query.x
        seen, state = _open_version(slug, version, query)
        known = compute_etag(
            seen.description.model_copy(update={"rows": state.rows}), "rows", asked.model_dump_json()
        )
        if request.if_none_match.contains_weak(known):
            return make_cacheable(Response(status=304), known)
        wanted = _build_table_query(ranker.rank_views(asked, seen), seen, state)
        total, found = tables.read_page(
            wanted, range(asked.offset, asked.offset + asked.limit), get_request_ticket()
        )
        page = RowPage(
            total=total, offset=asked.offset, columns=list(wanted.columns), rows=rows_to_json(found)
        )
        return make_cacheable(Response(page.model_dump_json(), mimetype=JSON), known)

    @routes.get("/api/datasets/<slug>/versions/<version>/rows.csv")
    @requires(Permission.EXPLORE)
    @operation(media_type="text/csv")
    @take_turns(QueueName.EXPORTS)
    def export_rows(slug: str, version: str, query: RowExportQuery) -> Response:
        """Export the rows that pass all filters as CSV: as stored or, if there are not too many, sorted."""
        seen, state = _open_version(slug, version, query)
        wanted = _build_table_query(ranker.rank_views(query.x, seen), seen, state)
        total, found = tables.read_all(wanted)
        audit.record_event(
            AuditAction.DATASET_EXPORTED,
            actor=current_user._get_current_object(),
            resource=("dataset", slug),
            version=version,
            rows=total,
            columns=wanted.columns,
        )
        answer = Response(until_disconnect(format_csv(wanted.columns, found)), mimetype="text/csv")
        answer.headers["Content-Disposition"] = f'attachment; filename="{slug}-{version}.csv"'
        return answer

    def _open_version(slug: str, version: str, query: StateQuery) -> tuple[VisibleVersion, RequestedState]:
        seen = open_version(gateway, slug, version, query.r)
        state = resolve_state(query, seen.snapshots)
        audit_events.record_opened_once(current_user, slug, version)
        return seen, state

    return routes


def _build_table_query(asked: TableRequest, seen: VisibleVersion, state: RequestedState) -> RowQuery:
    """Return the query for the requested rows and columns; raise if the person doesn't see one."""
    shown = seen.description
    for name in (asked.sort, *(asked.columns or ())):
        require_visible_column(name, "sort" if name == asked.sort else "columns", shown)
    columns = asked.columns or tuple(column.name for column in shown.columns)
    sorting = None if asked.sort is None else SortOrder(asked.sort, asked.descending)
    passed = compile_row_filters(asked, shown, seen.access.row_rights)
    return RowQuery(RowSelection(shown.slug, shown.version, passed, state.range.stop), sorting, columns)
