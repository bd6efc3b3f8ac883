"""Responses over HTTP: formats, pages, errors and envelopes as Ably defines them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import Response

from realtime.broker import message_codec, serials
from realtime.broker.errors import BrokerError
from realtime.broker.frames import Format, dump_value, load_value
from realtime.broker.message_codec import Item

MEDIA_TYPES: dict[Format, str] = {"json": "application/json", "msgpack": "application/x-msgpack"}
MAX_LIMIT, DEFAULT_LIMIT = 1000, 100
"""The number of items of a page: the most, and the default."""


@dataclass(frozen=True)
class ResponseData:
    """The content of a response; ``links`` are the values of its Link headers."""

    content: object
    status: int = 200
    links: Sequence[str] = ()


def get_response_format(headers: Headers, query: QueryParams) -> Format:
    """Return the format that the client accepts."""
    accepted = query.get("format") or headers.get("accept", "")
    return "msgpack" if "msgpack" in accepted else "json"


def parse_body(request: Request, body: bytes) -> object:
    """Return the body of a request.

    Raises:
        BrokerError: it is not valid in the format that the request declares.
    """
    form: Format = "msgpack" if "msgpack" in request.headers.get("content-type", "") else "json"
    return load_value(body, form)


def make_response(request: Request, data: ResponseData) -> Response:
    form = get_response_format(request.headers, request.query_params)
    links = list(data.links)
    content, status = data.content, data.status
    if request.query_params.get("envelope") == "json":
        headers = {"link": ", ".join(links)} if links else {}
        content, status, form = {"statusCode": status, "response": content, "headers": headers}, 200, "json"
    response = Response(dump_value(content, form), status, media_type=None)
    response.headers["Content-Type"] = MEDIA_TYPES[form]  # with a charset, the SDKs could not read it
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    for link in links:
        response.headers.append("Link", link)
    return response


def make_error_response(request: Request, error: BrokerError) -> Response:
    response = make_response(request, ResponseData({"error": error.to_json()}, error.status))
    response.headers["X-Ably-Errorcode"] = str(error.code)
    response.headers["X-Ably-Errormessage"] = "".join(filter(_is_printable, error.message))
    return response


def encode_items(request: Request, items: Sequence[Item]) -> list[Item]:
    """Return the items in the form in which the response holds them."""
    enveloped = request.query_params.get("envelope") == "json"
    as_text = enveloped or get_response_format(request.headers, request.query_params) == "json"
    return [message_codec.to_json_item(item) for item in items] if as_text else list(items)


def get_limit(query: QueryParams) -> int:
    """Return the number of items that the requested page has at most.

    Raises:
        BrokerError: it is out of range.
    """
    limit = parse_integer(query, "limit", DEFAULT_LIMIT)
    if not 1 <= limit <= MAX_LIMIT:
        raise BrokerError(40003, f"limit must be from 1 to {MAX_LIMIT}")
    return limit


def parse_integer(query: QueryParams, name: str, default: int) -> int:
    """Return the whole number in a query parameter, or the default if there is none.

    Raises:
        BrokerError: it is not a whole number.
    """
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise BrokerError(40003, f"{name} must be a whole number")
    return int(text)


def make_page(
    request: Request, items: Sequence[Item], path: str, cursor_of: Callable[[Item], str]
) -> ResponseData:
    """Return a page of items with its links; one item more than the limit means that there is a next page."""
    limit = get_limit(request.query_params)
    query = dict(request.query_params)
    links = [_make_link(path, {name: query[name] for name in query if name != "cursor"}, "first")]
    links.append(_make_link(path, query, "current"))
    if len(items) > limit:
        links.append(_make_link(path, query | {"cursor": cursor_of(items[limit - 1])}, "next"))
    return ResponseData(encode_items(request, items[:limit]), links=links)


def get_cursor(query: QueryParams) -> str | None:
    """Return the position from which the page continues.

    Raises:
        BrokerError: it is not a cursor of the broker.
    """
    cursor = query.get("cursor")
    if cursor is not None and not serials.SERIAL_PATTERN.fullmatch(cursor):
        raise BrokerError(40003, "invalid cursor")
    return cursor


def _make_link(path: str, query: dict[str, str], rel: str) -> str:
    return f'<./{path}?{urlencode(query)}>; rel="{rel}"'


def _is_printable(character: str) -> bool:
    return " " <= character <= "~"
