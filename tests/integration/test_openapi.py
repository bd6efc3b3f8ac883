"""The OpenAPI document: valid, whole, and true of who may. tests/api_contract.py holds answers against it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from accounts import api_tokens
from accounts.guard import requires
from accounts.permissions import Permission
from api.openapi import GAP, ROOT, document
from db.tables import Role


@pytest.fixture
def told(app):
    return document(app.server)


def operations(told):
    return [
        (path, method, each) for path, methods in told["paths"].items() for method, each in methods.items()
    ]


def test_it_is_valid(told):
    OpenAPIV31SpecValidator(told).validate()


def test_it_has_every_route_and_no_other(app, told):
    rules = [rule for rule in app.server.url_map.iter_rules() if rule.rule.startswith(ROOT)]
    routes = {
        (GAP.sub(r"{\1}", rule.rule), method.lower())
        for rule in rules
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert routes == {(path, method) for path, method, _ in operations(told)}


def test_each_operation_has_a_name_of_its_own_and_says_what_it_does(told):
    names = [each["operationId"] for _, _, each in operations(told)]
    assert len(set(names)) == len(names)
    assert all(each["summary"] for _, _, each in operations(told))


def test_a_route_that_declares_nothing_is_found_out():
    server = Flask("test")
    server.add_url_rule("/api/secret", "secret", requires(Permission.EXPLORE)(lambda: "secret"))
    with pytest.raises(TypeError, match="/api/secret is below /api/"):
        document(server)


@pytest.mark.parametrize("scope", api_tokens.SCOPES)
def test_programs_get_through_exactly_where_it_says_so(told, somebody, scope):
    program = somebody(Role.ADMIN).program(scope)
    for path, method, each in operations(told):
        answer = program.open(re.sub(r"{\w+}", "1", path), method=method.upper(), json={})
        assert (answer.status_code == 403) == ({"token": [scope]} not in each["security"]), path


def test_everybody_who_explores_can_read_it(somebody, client, told):
    assert client.get("/api/openapi.json").status_code == 401
    assert somebody(Role.VIEWER).program(Permission.EXPLORE).get("/api/openapi.json").json == told
