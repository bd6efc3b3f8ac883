"""What a route takes and gives, read off its function: held to at each request, written into the document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from inspect import getdoc
from json import dumps
from typing import Any, TypeVar, get_args, get_type_hints

from flask import Response, abort, request
from pydantic import BaseModel, ConfigDict, ValidationError

from api.errors import RefusedError
from datasets.exploration import faults

JSON = "application/json"


class Body(BaseModel):
    """What a request says, and nothing else."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Query(BaseModel):
    """The arguments in an address."""

    model_config = ConfigDict(frozen=True)


class Answer(BaseModel):
    """What is answered, and nothing else; can be made of an object that has the same attributes."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        from_attributes=True,
        json_schema_serialization_defaults_required=True,
    )


B = TypeVar("B", bound=BaseModel)


@dataclass(frozen=True)
class Operation:
    """A route as its function declares it.

    Its documentation is that of the function. A parameter named ``body`` is the JSON it takes, ``query`` are
    its arguments, all others are gaps of its path. What it returns is the JSON it answers, None for no
    content; a route that returns a Response makes that by itself, of type ``media``, or of such an answer.
    """

    documentation: str
    body: type[Body] | None
    query: type[Query] | None
    answer: type[Answer] | None
    gaps: dict[str, type]
    status: int
    media: str


def operation(
    status: int = 200, media: str = JSON
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Declare a route of the API; put it under ``@requires``. Sets ``operation`` on the function."""

    def declare(function: Callable[..., Any]) -> Callable[..., Response]:
        declared = _read(function, status, media)

        @wraps(function)
        def checked(**gaps: object) -> Response:
            body = {"body": _body(declared.body)} if declared.body else {}
            query = {"query": _query(declared.query)} if declared.query else {}
            return _answer(function(**gaps, **body, **query), declared.status)

        vars(checked)["operation"] = declared
        return checked

    return declare


def _read(function: Callable[..., Any], status: int, media: str) -> Operation:
    hints = get_type_hints(function)
    given, body, query = hints.pop("return"), hints.pop("body", None), hints.pop("query", None)
    kinds = [each for each in (given, *get_args(given)) if isinstance(each, type)]
    answer = next((each for each in kinds if issubclass(each, Answer)), None)
    empty = given is type(None)
    return Operation(getdoc(function) or "", body, query, answer, hints, 204 if empty else status, media)


def _body(model: type[B]) -> B:
    """The JSON of this request, which no form of another site can send.

    Raises:
        RefusedError: says which part of it is wrong.
    """
    if not request.is_json:
        abort(415, "Send JSON, as Content-Type: application/json.")
    try:
        return model.model_validate_json(request.get_data())
    except ValidationError as error:
        where, message = faults(error)[0]
        raise RefusedError(where or "body", message) from error


def _query(model: type[B]) -> B:
    """The arguments of this request.

    Raises:
        RefusedError: says which is wrong or, of one that is JSON, which part of it.
    """
    try:
        return model.model_validate_json(dumps(request.args.to_dict()))  # which words faults as of a body
    except ValidationError as error:
        where, message = faults(error)[0]
        argument, _, part = where.partition(".")
        raise RefusedError(part or argument, message) from error


def _answer(given: Answer | Response | None, status: int) -> Response:
    if isinstance(given, Response):
        return given
    return Response("" if given is None else given.model_dump_json(), status, mimetype=JSON)
