"""Operations: request and response types of a route, read from its function, checked and documented."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from inspect import getdoc
from json import dumps
from typing import Any, TypeVar, get_args, get_type_hints

from flask import Response, abort, request
from pydantic import BaseModel, ConfigDict, ValidationError
from werkzeug.wrappers import Response as AnyResponse

from api.errors import InvalidRequestError
from api.field_types import MAX_ROW_ID, MAX_TEXT_LENGTH
from datasets.exploration import list_validation_errors

JSON = "application/json"


class RequestBody(BaseModel):
    """The JSON of a request; unknown fields are rejected."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class QueryParams(BaseModel):
    """The query parameters of a URL."""

    model_config = ConfigDict(frozen=True)


class ResponseBody(BaseModel):
    """The JSON of a response; it can be made from an object with the same attributes."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        from_attributes=True,
        json_schema_serialization_defaults_required=True,
    )


PageResponse = Response | AnyResponse | str | tuple[str, int]
"""What the view of an HTML page returns: markup with an optional status, or a response such as a redirect."""
B = TypeVar("B", bound=BaseModel)


@dataclass(frozen=True)
class Operation:
    """A route as its function declares it.

    Its documentation is that of the function. The parameter ``body`` is the JSON of the request, ``query``
    its query parameters, all others are path parameters. A function returns the JSON of the response, None
    for no content, or a complete Response of type ``media_type``.
    """

    documentation: str
    body: type[RequestBody] | None
    query: type[QueryParams] | None
    response: type[ResponseBody] | None
    path_params: dict[str, type]
    status: int
    media_type: str


def operation(
    status: int = 200, media_type: str = JSON
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Declare a route of the API; put it under ``@requires``. Sets ``operation`` on the function."""

    def decorator(function: Callable[..., Any]) -> Callable[..., Response]:
        declared = _read_operation(function, status, media_type)

        @wraps(function)
        def wrapper(**path_params: object) -> Response:
            _require_bounded(path_params.values())
            body = {"body": _parse_body(declared.body)} if declared.body else {}
            query = {"query": _parse_query(declared.query)} if declared.query else {}
            return _to_response(function(**path_params, **body, **query), declared.status)

        vars(wrapper)["operation"] = declared
        return wrapper

    return decorator


def _read_operation(function: Callable[..., Any], status: int, media_type: str) -> Operation:
    hints = get_type_hints(function)
    given, body, query = hints.pop("return"), hints.pop("body", None), hints.pop("query", None)
    kinds = [each for each in (given, *get_args(given)) if isinstance(each, type)]
    answer = next((each for each in kinds if issubclass(each, ResponseBody)), None)
    empty = given is type(None)
    return Operation(getdoc(function) or "", body, query, answer, hints, 204 if empty else status, media_type)


def _require_bounded(path_params: Iterable[object]) -> None:
    """Answer 404 for a path with a text or a number beyond what the document says: nothing is named so."""
    for value in path_params:
        is_long = isinstance(value, str) and len(value) > MAX_TEXT_LENGTH
        if is_long or (isinstance(value, int) and value > MAX_ROW_ID):
            abort(404)


def _parse_body(model: type[B]) -> B:
    """Parse the JSON of this request. The content type is required, as a form of another site can't send it.

    Raises:
        InvalidRequestError: part of it is invalid; says which.
    """
    if not request.is_json:
        abort(415, "Send JSON, as Content-Type: application/json.")
    try:
        return model.model_validate_json(request.get_data())
    except ValidationError as error:
        where, message = list_validation_errors(error)[0]
        raise InvalidRequestError(where or "body", message) from error


def _parse_query(model: type[B]) -> B:
    """Parse the query parameters of this request.

    Raises:
        InvalidRequestError: a parameter, or a part of one that is JSON, is invalid; says which.
    """
    try:
        return model.model_validate_json(dumps(request.args.to_dict()))  # reports errors as for a body
    except ValidationError as error:
        where, message = list_validation_errors(error)[0]
        argument, _, part = where.partition(".")
        raise InvalidRequestError(part or argument, message) from error


def _to_response(given: ResponseBody | Response | None, status: int) -> Response:
    if isinstance(given, Response):
        return given
    return Response("" if given is None else given.model_dump_json(), status, mimetype=JSON)
