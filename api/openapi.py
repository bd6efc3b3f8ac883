"""The OpenAPI document (3.1) of all routes below /api/, generated from their functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Blueprint, Flask, Response, current_app, make_response
from werkzeug.routing import Rule

from accounts.api_tokens import SCOPES
from accounts.cookies import ACCESS_COOKIE
from accounts.guard import requires
from accounts.permissions import Permission
from api.errors import register_error_handlers
from api.field_types import MAX_ROW_ID, MAX_TEXT_LENGTH
from api.operations import JSON, Operation, operation
from api.schemas import ErrorBody, Schemas

API_PREFIX = "/api/"
PATH_PARAM = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")
PARAM_TYPES = {
    int: {"type": "integer", "minimum": 0, "maximum": MAX_ROW_ID},
    str: {"type": "string", "maxLength": MAX_TEXT_LENGTH},
}
IMPLICIT_METHODS = {"OPTIONS", "HEAD"}
SECURITY_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "An API token."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": ACCESS_COOKIE,
        "description": "A browser's session. Over HTTPS the name begins with __Host-.",
    },
}

routes = Blueprint("openapi", __name__)
register_error_handlers(routes)


@dataclass(frozen=True)
class ApiRoute:
    """A route and the declarations of its function."""

    rule: Rule
    operation: Operation
    permission: Permission
    fresh: bool

    @property
    def methods(self) -> list[str]:
        return sorted((self.rule.methods or set()) - IMPLICIT_METHODS)


@routes.get("/api/openapi.json")
@requires(Permission.EXPLORE)
@operation()
def describe_api() -> Response:
    """Return this document."""
    return make_response(build_document(current_app._get_current_object()))  # type: ignore[attr-defined]


@cache
def build_document(server: Flask) -> dict[str, Any]:
    """Return the document of this server's API.

    Raises:
        TypeError: the function of a route below /api/ is not an ``@operation``.
    """
    rules = (rule for rule in server.url_map.iter_rules() if rule.rule.startswith(API_PREFIX))
    found = [_read_route(server, rule) for rule in rules]
    schemas = Schemas([each.operation for each in found])
    paths: dict[str, Any] = {}
    for each in sorted(found, key=lambda each: each.rule.rule):
        path = paths.setdefault(PATH_PARAM.sub(r"{\1}", each.rule.rule), {})
        path |= {method.lower(): _build_operation(each, schemas) for method in each.methods}
    return {
        "openapi": "3.1.0",
        "info": {"title": "DataXchange", "version": "1", "description": "See docs/api.md for how to begin."},
        "paths": paths,
        "components": {
            "schemas": schemas.definitions,
            "responses": {"Failure": _json_response(schemas.get_reference(ErrorBody), "The request failed.")},
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


def _read_route(server: Flask, rule: Rule) -> ApiRoute:
    given = vars(server.view_functions[rule.endpoint])
    if "operation" not in given:
        raise TypeError(f"{rule.rule} is below {API_PREFIX}, but its function is no @operation")
    return ApiRoute(rule, given["operation"], given["policy"], given["fresh"])


def _build_operation(each: ApiRoute, schemas: Schemas) -> dict[str, Any]:
    found = each.operation
    summary, _, more = found.documentation.partition("\n")
    query = schemas.list_parameters(found.query) if found.query else []
    made = {
        "operationId": each.rule.endpoint.rpartition(".")[2],
        "summary": summary.rstrip("."),
        "description": "\n\n".join(filter(None, [more.strip(), _describe_permission(each)])),
        "tags": [each.rule.endpoint.partition(".")[0]],
        "security": _build_security(each),
        "parameters": [*_path_parameters(each), *query],
        "responses": {
            str(found.status): _success_response(found, schemas),
            "default": {"$ref": "#/components/responses/Failure"},
        },
    }
    if found.body:
        body = {JSON: {"schema": schemas.get_reference(found.body)}}
        made["requestBody"] = {"required": True, "content": body}
    return made


def _describe_permission(each: ApiRoute) -> str:
    confirmed = " API tokens can't do this; it asks to confirm that it is you, if you haven't recently."
    return f"Needs the permission *{each.permission}*." + confirmed * each.fresh


def _build_security(each: ApiRoute) -> list[dict[str, list[str]]]:
    """Return who can call it: API tokens with the scope, unless it needs a person; people in a browser."""
    programs = [{"token": [str(each.permission)]}] if each.permission in SCOPES and not each.fresh else []
    return [*programs, {"session": []}]


def _path_parameters(each: ApiRoute) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": PARAM_TYPES[each.operation.path_params[name]],
        }
        for name in PATH_PARAM.findall(each.rule.rule)
    ]


def _success_response(found: Operation, schemas: Schemas) -> dict[str, Any]:
    if found.response:
        return _json_response(schemas.get_reference(found.response, "serialization"), "Success.")
    content: dict[str, Any] = {} if found.status == 204 else {"content": {found.media_type: {}}}
    return {"description": "Success.", **content}


def _json_response(schema: dict[str, str], description: str) -> dict[str, Any]:
    return {"description": description, "content": {JSON: {"schema": schema}}}
