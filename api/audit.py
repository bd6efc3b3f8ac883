"""The route that exports the audit log as lines of JSON."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response
from flask_login import current_user

from accounts import audit
from accounts.audit import AuditAction
from accounts.audit.filters import parse_filter
from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import register_error_handlers
from api.field_types import Text
from api.operations import QueryParams, operation
from server.disconnects import until_disconnect

routes = Blueprint("audit", __name__)
register_error_handlers(routes)


class AuditQuery(QueryParams):
    """The filters of an export; ``since`` and ``until`` are days, both inclusive."""

    actor: Text = ""
    action: Text = ""
    kind: Text = ""
    key: Text = ""
    outcome: Text = ""
    since: date | None = None
    until: date | None = None


@routes.get("/api/admin/audit.jsonl")
@requires(Permission.ADMINISTER)
@operation(media_type="application/x-ndjson")
def export_audit(query: AuditQuery) -> Response:
    """Export the matching entries of the audit log, oldest first, one JSON object per line."""
    given = {name: value for name, value in query.model_dump(mode="json").items() if value}
    audit.record_event(AuditAction.AUDIT_EXPORTED, actor=current_user._get_current_object(), filter=given)
    lines = map(str.encode, audit.export_lines(parse_filter(given)))
    answer = Response(until_disconnect(lines), mimetype="application/x-ndjson")
    answer.headers["Content-Disposition"] = 'attachment; filename="audit.jsonl"'
    return answer
