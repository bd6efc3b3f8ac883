"""Answers to requests: formats, pages, errors and envelopes as Ably has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import Headers, QueryParams
from starlette.requests import Request
from starlette.responses import Response

from realtime.broker import message_codec, serials
from realtime.broker.errors import BrokerError
from realtime.broker.frames import Format, dumps, loads
from realtime.broker.message_codec import Item

TYPES: dict[Format, str] = {"json": "application/json", "msgpack": "application/x-msgpack"}
MOST, USUAL = 1000, 100
"""Items of a page at most, and when nothing is said."""


@dataclass(frozen=True)
class Found:
    """What is answered; ``links`` are values of Link headers."""

    content: object
    status: int = 200
    links: Sequence[str] = ()


def form_of(headers: Headers, query: QueryParams) -> Format:
    """The format of the answer."""
    asked = query.get("format") or headers.get("accept", "")
    return "msgpack" if "msgpack" in asked else "json"


def body_of(request: Request, body: bytes) -> object:
    """What a request carries.

    Raises:
        BrokerError: it is not of the format that it says.
    """
    form: Format = "msgpack" if "msgpack" in request.headers.get("content-type", "") else "json"
    return loads(body, form)


def answer(request: Request, found: Found) -> Response:
    form = form_of(request.headers, request.query_params)
    links = list(found.links)
    content, status = found.content, found.status
    if request.query_params.get("envelope") == "json":
        headers = {"link": ", ".join(links)} if links else {}
        content, status, form = {"statusCode": status, "response": content, "headers": headers}, 200, "json"
    response = Response(dumps(content, form), status, media_type=None)
    response.headers["Content-Type"] = TYPES[form]  # exactly this: with a charset the SDKs don't read it
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    for link in links:
        response.headers.append("Link", link)
    return response


def refusal(request: Request, error: BrokerError) -> Response:
    response = answer(request, Found({"error": error.told()}, error.status))
    response.headers["X-Ably-Errorcode"] = str(error.code)
    response.headers["X-Ably-Errormessage"] = "".join(filter(_plain, error.message))
    return response


def items_for(request: Request, items: Sequence[Item]) -> list[Item]:
    """Items as they stand in an answer."""
    enveloped = request.query_params.get("envelope") == "json"
    as_text = enveloped or form_of(request.headers, request.query_params) == "json"
    return [message_codec.as_text(item) for item in items] if as_text else list(items)


def limit_of(query: QueryParams) -> int:
    """Items that a page shall have.

    Raises:
        BrokerError: too many, or none.
    """
    limit = whole(query, "limit", USUAL)
    if not 1 <= limit <= MOST:
        raise BrokerError(40003, f"a page has 1 to {MOST} items")
    return limit


def whole(query: QueryParams, name: str, otherwise: int) -> int:
    given = query.get(name)
    if given is None:
        return otherwise
    if not (given.isascii() and given.isdigit() and len(given) < 16):
        raise BrokerError(40003, f"{name} is a whole number")
    return int(given)


def page(request: Request, items: Sequence[Item], place: str, cursor: Callable[[Item], str]) -> Found:
    """A page of one item more than it shall show, if there is another after it."""
    limit = limit_of(request.query_params)
    query = dict(request.query_params)
    links = [_link(place, {name: query[name] for name in query if name != "cursor"}, "first")]
    links.append(_link(place, query, "current"))
    if len(items) > limit:
        links.append(_link(place, query | {"cursor": cursor(items[limit - 1])}, "next"))
    return Found(items_for(request, items[:limit]), links=links)


def cursor_of(query: QueryParams) -> str | None:
    """Where a page begins.

    Raises:
        BrokerError: it is no serial.
    """
    cursor = query.get("cursor")
    if cursor is not None and not serials.FORM.fullmatch(cursor):
        raise BrokerError(40003, "the cursor is none of ours")
    return cursor


def _link(place: str, query: dict[str, str], rel: str) -> str:
    return f'<./{place}?{urlencode(query)}>; rel="{rel}"'


def _plain(letter: str) -> bool:
    return " " <= letter <= "~"
