"""NUL characters, which PostgreSQL can't store: every route refuses them, wherever in a request they are."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.request_text import contains_escaped_nul
from db.tables import Role

BODY_METHODS = ("POST", "PUT", "PATCH", "DELETE")
texts = st.text(st.sampled_from('\0\\u0"a'), max_size=12)
documents = st.recursive(
    texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
)


def has_nul(document):
    if isinstance(document, str):
        return "\0" in document
    parts = [*document, *document.values()] if isinstance(document, dict) else document
    return any(map(has_nul, parts))


@given(documents)
def test_nul_is_found_in_any_json_and_nothing_else_is_taken_for_it(document):
    assert contains_escaped_nul(json.dumps(document)) == has_nul(document)


def list_requests(app):
    """Every route and method of the server, with a plain value for each part of its path."""
    for rule in app.server.url_map.iter_rules():
        if rule.rule.startswith("/static"):
            continue
        path = re.sub("<int[^>]*>", "1", rule.rule)
        yield rule, re.sub("<[^>]*>", "a", path), sorted(rule.methods - {"OPTIONS", "HEAD"})


@pytest.mark.parametrize("escaped", [False, True])
def test_every_route_refuses_nul_in_its_query(app, sign_in_as, escaped):
    browser, text = sign_in_as(Role.ADMIN), '{"a": "\\u0000"}' if escaped else "a\0b"
    for rule, path, methods in list_requests(app):
        for method in methods:
            answer = browser.open(path, method=method, query_string={"q": text})
            assert answer.status_code == 400, (method, rule.rule)


@pytest.mark.parametrize("kind", ["escaped", "utf-16", "form"])
def test_every_route_refuses_nul_in_its_body(app, sign_in_as, kind):
    browser, document = sign_in_as(Role.ADMIN), json.dumps({"name": ["a\0b"]})
    data = {"name": "a\0b"} if kind == "form" else document.encode("utf-16" if kind == "utf-16" else "utf-8")
    sent = {"data": data} | ({} if kind == "form" else {"content_type": "application/json"})
    for rule, path, methods in list_requests(app):
        for method in set(methods) & set(BODY_METHODS):
            expected = (400, 415) if kind == "form" else (400,)
            assert browser.open(path, method=method, **sent).status_code in expected, (method, rule.rule)


def test_no_path_with_nul_exists(app, sign_in_as):
    browser = sign_in_as(Role.ADMIN)
    for rule in app.server.url_map.iter_rules():
        if "<" in rule.rule and not rule.rule.startswith("/static"):
            path = "/".join("a%00b" if "<" in part else part for part in rule.rule.split("/"))
            assert browser.open(path, method=min(rule.methods)).status_code == 404, rule.rule


def test_a_backslash_before_u0000_is_plain_text(app, sign_in_as):
    assert sign_in_as(Role.ADMIN).get("/api/subjects", query_string={"q": "\\\\u0000"}).status_code == 200
