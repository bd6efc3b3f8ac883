"""Every answer of the API that a test gets, held against what the OpenAPI document says of it."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Flask, Response, request
from openapi_schema_validator import OAS31Validator, oas31_format_checker

from api.openapi import API_PREFIX, PATH_PARAM, build_document

NOT_MODIFIED = 304


class ApiContract:
    """What the answers of a server were found to break since ``violations`` was last emptied."""

    def __init__(self, server: Flask) -> None:
        self.violations: list[str] = []
        self._server = server
        server.after_request(self._check_response)

    def _check_response(self, response: Response) -> Response:
        rule = request.url_rule
        if rule and rule.rule.startswith(API_PREFIX) and request.method not in ("HEAD", "OPTIONS"):
            told = build_document(self._server)["paths"][PATH_PARAM.sub(r"{\1}", rule.rule)][
                request.method.lower()
            ]
            found = _find_violations(self._server, told, response)
            self.violations += [f"{request.method} {request.path}: {fault}" for fault in found]
        return response


def _find_violations(server: Flask, operation: dict[str, Any], response: Response) -> list[str]:
    if response.status_code == NOT_MODIFIED:
        return []
    declared = operation["responses"].get(str(response.status_code))
    if response.status_code < 400 and declared is None:
        return [f"{response.status_code} is not declared"]
    content = (declared or build_document(server)["components"]["responses"]["Failure"]).get("content", {})
    if not content:
        return ["there is content"] if response.data else []
    if response.mimetype not in content:
        return [f"{response.mimetype} is not declared"]
    if "schema" not in content[response.mimetype]:
        return []
    reference = content[response.mimetype]["schema"]["$ref"]
    return [error.message for error in _get_validator(server, reference).iter_errors(response.json)]


@cache
def _get_validator(server: Flask, reference: str) -> OAS31Validator:
    schema = {"$ref": reference, "components": build_document(server)["components"]}
    return OAS31Validator(schema, format_checker=oas31_format_checker)
