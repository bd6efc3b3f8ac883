"""The OpenAPI document: valid, whole, and true of who may. tests/api_contract.py holds answers against it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from accounts import api_tokens
from accounts.guard import requires
from accounts.permissions import Permission
from api.openapi import API_PREFIX, PATH_PARAM, build_document
from db.tables import Role

BOUNDS = {
    "array": {"maxItems"},
    "string": {"maxLength"},
    "integer": {"maximum", "minimum"},
}
"""What bounds the values of each type; text with a format, such as a date, or JSON is parsed."""


@pytest.fixture
def api_document(app):
    return build_document(app.server)


def list_operations(api_document):
    return [
        (path, method, each)
        for path, methods in api_document["paths"].items()
        for method, each in methods.items()
    ]


def test_it_is_valid(api_document):
    OpenAPIV31SpecValidator(api_document).validate()


def test_it_has_every_route_and_no_other(app, api_document):
    rules = [rule for rule in app.server.url_map.iter_rules() if rule.rule.startswith(API_PREFIX)]
    routes = {
        (PATH_PARAM.sub(r"{\1}", rule.rule), method.lower())
        for rule in rules
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert routes == {(path, method) for path, method, _ in list_operations(api_document)}


def test_each_operation_has_a_name_of_its_own_and_says_what_it_does(api_document):
    names = [each["operationId"] for _, _, each in list_operations(api_document)]
    assert len(set(names)) == len(names)
    assert all(each["summary"] for _, _, each in list_operations(api_document))


def test_a_route_that_declares_nothing_is_found_out():
    server = Flask("test")
    server.add_url_rule("/api/secret", "secret", requires(Permission.EXPLORE)(lambda: "secret"))
    with pytest.raises(TypeError, match="/api/secret is below /api/"):
        build_document(server)


@pytest.mark.parametrize("scope", api_tokens.SCOPES)
def test_programs_get_through_exactly_where_it_says_so(api_document, make_user, scope):
    program = make_user(Role.ADMIN).create_api_client(scope)
    for path, method, each in list_operations(api_document):
        answer = program.open(re.sub(r"{\w+}", "1", path), method=method.upper(), json={})
        assert (answer.status_code == 403) == ({"token": [scope]} not in each["security"]), path


def list_unbounded(schema, schemas, place, seen):
    """The places of a schema whose values have no bound: of each type there is a keyword that bounds it."""
    name = schema.get("$ref", "").rpartition("/")[2]
    if name in seen or schema.keys() & {"const", "enum"}:
        return
    if name:
        seen.add(name)
        yield from list_unbounded(schemas[name], schemas, name, seen)
    if (
        not schema.keys() & {"format", "contentSchema"}
        and not BOUNDS.get(schema.get("type"), set()) <= schema.keys()
    ):
        yield place, schema
    parts = [*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("prefixItems", [])]
    parts += [schema[key] for key in ("items", "additionalProperties", "contentSchema") if schema.get(key)]
    for part in filter(lambda part: isinstance(part, dict), parts):
        yield from list_unbounded(part, schemas, place, seen)
    for key, part in schema.get("properties", {}).items():
        yield from list_unbounded(part, schemas, f"{place}.{key}", seen)


def test_everything_that_a_request_says_has_a_bound(api_document):
    schemas, seen, unbounded = api_document["components"]["schemas"], set(), []
    for path, method, each in list_operations(api_document):
        given = [(parameter["name"], parameter["schema"]) for parameter in each["parameters"]]
        given += [("", body["schema"]) for body in each.get("requestBody", {}).get("content", {}).values()]
        for name, schema in given:
            unbounded += list_unbounded(schema, schemas, f"{method} {path} {name}", seen)
    assert unbounded == []


def test_what_nothing_can_be_named_is_not_found(make_user):
    ada = make_user(Role.ADMIN).create_api_client(Permission.SAVE)
    for path in (f"shares/{2**63}", f"shares/{10**40}", f"views/{'a' * 1001}"):
        assert ada.delete(f"/api/{path}").status_code == 404


def test_everybody_who_explores_can_read_it(make_user, client, api_document):
    assert client.get("/api/openapi.json").status_code == 401
    assert (
        make_user(Role.VIEWER).create_api_client(Permission.EXPLORE).get("/api/openapi.json").json
        == api_document
    )
