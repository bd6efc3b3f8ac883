"""What the routes of rights have in common: bodies read, refusals said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Response, abort, make_response, request
from pydantic import BaseModel, ConfigDict, ValidationError

from datasets.door import PreparingError, UnknownDatasetError
from datasets.exploration import faults
from datasets.shares import NotAllowedError, UnknownShareError
from datasets.views import UnknownViewError
from realtime.live import UnknownLiveError
from realtime.stage import OverError


class Body(BaseModel):
    """What a request says, and nothing else."""

    model_config = ConfigDict(frozen=True, extra="forbid")


B = TypeVar("B", bound=Body)


def body(kind: type[B]) -> B:
    """The JSON of this request, which no form of another site can send."""
    if not request.is_json:
        abort(415)
    return kind.model_validate_json(request.get_data())


def explain(routes: Blueprint) -> None:
    """Let these routes answer in JSON to what can't be done."""
    for error, answer in ANSWERS.items():
        routes.register_error_handler(error, answer)


def _missing(error: Exception) -> Response:
    return make_response({"error": {"message": str(error)}}, 404)


def _wrong(error: Exception) -> Response:
    return make_response({"error": {"message": str(error)}}, 400)


def _faulty(error: ValidationError) -> Response:
    where, message = faults(error)[0]
    return make_response({"error": {"message": message, "where": where}}, 400)


def _forbidden(error: Exception) -> Response:
    return make_response({"error": {"message": str(error)}}, 403)


def _over(error: Exception) -> Response:
    return make_response({"error": {"message": str(error), "code": "ended"}}, 409)


def _preparing(error: Exception) -> Response:
    return make_response({"error": {"message": str(error), "code": "preparing"}}, 503)


ANSWERS: dict[type[Exception], Callable[[Any], Response]] = {
    UnknownShareError: _missing,
    UnknownViewError: _missing,
    UnknownDatasetError: _missing,
    UnknownLiveError: _missing,
    ValueError: _wrong,
    ValidationError: _faulty,
    NotAllowedError: _forbidden,
    OverError: _over,
    PreparingError: _preparing,
}
