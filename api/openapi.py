"""The OpenAPI document (3.1) of all routes below /api/, made of what their functions declare."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Blueprint, Flask, Response, current_app, make_response
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema
from werkzeug.routing import Rule

from accounts.apitokens import SCOPES
from accounts.cookies import ACCESS
from accounts.guard import requires
from accounts.permissions import Permission
from api.operations import JSON, Body, Operation, Query, operation
from api.problems import explain

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

Mode = tuple[type[BaseModel], JsonSchemaMode]


class Failed(Body):
    """What is wrong, where in the request, and for some a code that programs can go by."""

    message: str
    where: str | None = None
    code: str | None = None


class Failure(Body):
    """The answer to whatever can't be done. ``ways`` are those to confirm by, where that would help."""

    error: Failed
    ways: list[str] | None = None


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

    @property
    def modes(self) -> list[Mode]:
        """Its models, each as it is read or as it is written."""
        read: list[type[BaseModel] | None] = [self.operation.body, self.operation.query]
        taken: list[Mode] = [(model, "validation") for model in read if model]
        return [*taken, (self.operation.answer, "serialization")] if self.operation.answer else taken


@routes.get("/api/openapi.json")
@requires(Permission.EXPLORE)
@operation()
def describe_api() -> Response:
    """This document."""
    return make_response(document(current_app._get_current_object()))  # type: ignore[attr-defined]


@cache
def document(server: Flask) -> dict[str, Any]:
    """The document of this server's API."""
    routes = declared(server)
    schemas = Schemas(routes)
    paths: dict[str, Any] = {}
    for each in sorted(routes, key=lambda each: each.rule.rule):
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


def declared(server: Flask) -> list[Declared]:
    """All routes below /api/.

    Raises:
        TypeError: the function of one is no ``@operation``.
    """
    return [_declared(server, rule) for rule in server.url_map.iter_rules() if rule.rule.startswith(ROOT)]


class Schemas:
    """The JSON Schemas of all models, each once, as what is taken or what is answered."""

    def __init__(self, routes: Iterable[Declared]) -> None:
        modes = dict.fromkeys(mode for each in routes for mode in each.modes)
        template = "#/components/schemas/{model}"
        self._references, made = models_json_schema([*modes, (Failure, "validation")], ref_template=template)
        self.shown: dict[str, Any] = dict(made["$defs"])
        self._arguments = {
            model: self.shown.pop(self._name(model)) for each in routes if (model := each.operation.query)
        }

    def of(self, model: type[BaseModel], mode: JsonSchemaMode = "validation") -> dict[str, str]:
        """A reference to the schema of a model."""
        return {"$ref": self._references[model, mode]["$ref"]}

    def arguments(self, model: type[Query]) -> list[dict[str, Any]]:
        """The parameters of a query."""
        made = self._arguments[model]
        required = made.get("required", [])
        return [
            {"name": name, "in": "query", "required": name in required, "schema": schema}
            for name, schema in made["properties"].items()
        ]

    def _name(self, model: type[BaseModel]) -> str:
        return self.of(model)["$ref"].rpartition("/")[2]


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
