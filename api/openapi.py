"""The OpenAPI document (3.1) of all routes below /api/, made of what their functions declare."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Blueprint, Flask, Response, current_app, make_response
from werkzeug.routing import Rule

from accounts.api_tokens import SCOPES
from accounts.cookies import ACCESS
from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import explain
from api.operations import JSON, Operation, operation
from api.schemas import Failure, Schemas

ROOT = "/api/"
GAP = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")
TYPES = {int: {"type": "integer"}, str: {"type": "string"}}
NO_METHODS = {"OPTIONS", "HEAD"}
SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "An API token."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": ACCESS,
        "description": "A browser's session. Over HTTPS the name begins with __Host-.",
    },
}

routes = Blueprint("openapi", __name__)
explain(routes)


@dataclass(frozen=True)
class Declared:
    """A route, and what its function declares."""

    rule: Rule
    operation: Operation
    policy: Permission
    fresh: bool

    @property
    def methods(self) -> list[str]:
        return sorted((self.rule.methods or set()) - NO_METHODS)


@routes.get("/api/openapi.json")
@requires(Permission.EXPLORE)
@operation()
def describe_api() -> Response:
    """This document."""
    return make_response(document(current_app._get_current_object()))  # type: ignore[attr-defined]


@cache
def document(server: Flask) -> dict[str, Any]:
    """The document of this server's API.

    Raises:
        TypeError: the function of a route below /api/ is no ``@operation``.
    """
    rules = (rule for rule in server.url_map.iter_rules() if rule.rule.startswith(ROOT))
    found = [_declared(server, rule) for rule in rules]
    schemas = Schemas([each.operation for each in found])
    paths: dict[str, Any] = {}
    for each in sorted(found, key=lambda each: each.rule.rule):
        path = paths.setdefault(GAP.sub(r"{\1}", each.rule.rule), {})
        path |= {method.lower(): _operation(each, schemas) for method in each.methods}
    return {
        "openapi": "3.1.0",
        "info": {"title": "DataXchange", "version": "1", "description": "docs/api.md says how to begin."},
        "paths": paths,
        "components": {
            "schemas": schemas.shown,
            "responses": {"Failure": _content(schemas.of(Failure), "It can't be done.")},
            "securitySchemes": SCHEMES,
        },
    }


def _declared(server: Flask, rule: Rule) -> Declared:
    given = vars(server.view_functions[rule.endpoint])
    if "operation" not in given:
        raise TypeError(f"{rule.rule} is below {ROOT}, but its function is no @operation")
    return Declared(rule, given["operation"], given["policy"], given["fresh"])


def _operation(each: Declared, schemas: Schemas) -> dict[str, Any]:
    found = each.operation
    summary, _, more = found.documentation.partition("\n")
    query = schemas.arguments(found.query) if found.query else []
    made = {
        "operationId": each.rule.endpoint.rpartition(".")[2],
        "summary": summary.rstrip("."),
        "description": "\n\n".join(filter(None, [more.strip(), _needs(each)])),
        "tags": [each.rule.endpoint.partition(".")[0]],
        "security": _security(each),
        "parameters": [*_gaps(each), *query],
        "responses": {
            str(found.status): _success(found, schemas),
            "default": {"$ref": "#/components/responses/Failure"},
        },
    }
    if found.body:
        body = {JSON: {"schema": schemas.of(found.body)}}
        made["requestBody"] = {"required": True, "content": body}
    return made


def _needs(each: Declared) -> str:
    confirmed = " Done in person: asks to confirm that it is you, if that was a while ago."
    return f"Needs the permission *{each.policy}*." + confirmed * each.fresh


def _security(each: Declared) -> list[dict[str, list[str]]]:
    """Who may: programs whose token has the scope, unless it takes a person; people in a browser."""
    programs = [{"token": [str(each.policy)]}] if each.policy in SCOPES and not each.fresh else []
    return [*programs, {"session": []}]


def _gaps(each: Declared) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": TYPES[each.operation.gaps[name]]}
        for name in GAP.findall(each.rule.rule)
    ]


def _success(found: Operation, schemas: Schemas) -> dict[str, Any]:
    if found.answer:
        return _content(schemas.of(found.answer, "serialization"), "It worked.")
    content: dict[str, Any] = {} if found.status == 204 else {"content": {found.media: {}}}
    return {"description": "It worked.", **content}


def _content(schema: dict[str, str], description: str) -> dict[str, Any]:
    return {"description": description, "content": {JSON: {"schema": schema}}}
