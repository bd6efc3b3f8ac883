"""The audit log as lines of JSON."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, request
from flask_login import current_user

from accounts import audit
from accounts.audit import Action
from accounts.audit.filters import DAYS, EXACT, asked
from accounts.guard import requires
from accounts.permissions import Permission

routes = Blueprint("audit", __name__)


@routes.get("/api/admin/audit.jsonl")
@requires(Permission.ADMINISTER)
def export() -> Response:
    """Every entry that fits the filter, oldest first, as they are read."""
    values = {name: request.args.get(name, "") for name in (*EXACT, *DAYS)}
    try:
        chosen = asked(values)
    except ValueError as error:
        return make_response({"error": {"message": str(error)}}, 400)
    given = {name: value for name, value in values.items() if value}
    audit.record(Action.AUDIT_EXPORTED, actor=current_user._get_current_object(), filter=given)
    answer = Response(audit.lines(chosen), mimetype="application/x-ndjson")
    answer.headers["Content-Disposition"] = 'attachment; filename="audit.jsonl"'
    return answer
