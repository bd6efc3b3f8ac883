"""Every answer of the API that a test gets, held against what the OpenAPI document says of it."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Flask, Response, request
from openapi_schema_validator import OAS31Validator, oas31_format_checker

from api.openapi import GAP, ROOT, document

NOT_MODIFIED = 304


class Contract:
    """What the answers of a server were found to break since ``faults`` was last emptied."""

    def __init__(self, server: Flask) -> None:
        self.faults: list[str] = []
        self._server = server
        server.after_request(self._check)

    def _check(self, answer: Response) -> Response:
        rule = request.url_rule
        if rule and rule.rule.startswith(ROOT) and request.method not in ("HEAD", "OPTIONS"):
            told = document(self._server)["paths"][GAP.sub(r"{\1}", rule.rule)][request.method.lower()]
            found = _faults(self._server, told, answer)
            self.faults += [f"{request.method} {request.path}: {fault}" for fault in found]
        return answer


def _faults(server: Flask, told: dict[str, Any], answer: Response) -> list[str]:
    if answer.status_code == NOT_MODIFIED:
        return []
    declared = told["responses"].get(str(answer.status_code))
    if answer.status_code < 400 and declared is None:
        return [f"{answer.status_code} is not declared"]
    content = (declared or document(server)["components"]["responses"]["Failure"]).get("content", {})
    if not content:
        return ["there is content"] if answer.data else []
    if answer.mimetype not in content:
        return [f"{answer.mimetype} is not declared"]
    if "schema" not in content[answer.mimetype]:
        return []
    reference = content[answer.mimetype]["schema"]["$ref"]
    return [error.message for error in _validator(server, reference).iter_errors(answer.json)]


@cache
def _validator(server: Flask, reference: str) -> OAS31Validator:
    schema = {"$ref": reference, "components": document(server)["components"]}
    return OAS31Validator(schema, format_checker=oas31_format_checker)
