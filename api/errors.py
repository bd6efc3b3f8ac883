"""What is answered to what can't be done: ``{"error": {"message", "where"?, "code"?}}``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, make_response

from accounts.access_listing import UnknownAccessError
from accounts.api_tokens import BadTokenRequestError
from accounts.credentials import (
    LastFactorError,
    LastSignInMethodError,
    NoAuthenticatorError,
    WrongPasswordError,
)
from accounts.identities import UnknownIdentityError
from accounts.passkeys import BadPasskeyNameError, UnknownPasskeyError
from accounts.passwords import WeakPasswordError
from accounts.totp import BadSecretError, WrongCodeError
from datasets.access.gateway import PreparingError, UnknownDatasetError
from datasets.access.guest_links import BadLinkError
from datasets.append.column_extent import NoExtentError
from datasets.cubes.in_flight import SupersededError
from datasets.cuxfilter.build_payload import TooManyRowsError
from datasets.cuxfilter.sessions import CuxfilterUnavailableError
from datasets.description import UnknownColumnError
from datasets.explorations.saved_views import BadViewError, UnknownViewError
from datasets.query.axes import IncompatibleRequestError
from datasets.shares import BadShareError, NotAllowedError, UnknownShareError
from datasets.storage.encryption import UnreadableDatasetError
from datasets.table.table_reader import TooManySortedRowsError
from gpu.cuxfilter.process import WorkerError
from realtime.feeds.actions import BadFeedError
from realtime.feeds.queries import UnknownFeedError
from realtime.live.actions import BadLiveSessionError, SessionEndedError, SessionRunningError
from realtime.live.rate_limit import RateLimitExceededError
from realtime.live.sessions import UnknownLiveSessionError, UnknownMarkError

RETRY_AFTER_SECONDS = "5"
"""Seconds after which to ask again for what is being prepared."""


class InvalidRequestError(ValueError):
    """A request is not what it should be; ``where`` is a path in it, or an argument or header."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.where = where


class RightsChangedError(RuntimeError):
    """The page was opened with other rights than the person has now, or by somebody else."""

    def __init__(self) -> None:
        super().__init__("Your rights have changed.")


@dataclass(frozen=True)
class ErrorResponse:
    """How an error is answered. ``where`` is what is wrong in the request, unless the error knows itself.

    ``code`` is for programs to go by, ``retry_after`` the seconds after which to ask again.
    """

    status: int
    where: str = ""
    code: str = ""
    retry_after: str = ""


ERROR_RESPONSES: dict[type[Exception], ErrorResponse] = {
    InvalidRequestError: ErrorResponse(400),
    IncompatibleRequestError: ErrorResponse(400),
    UnknownColumnError: ErrorResponse(400, where="column"),
    NoExtentError: ErrorResponse(400, where="column"),
    BadShareError: ErrorResponse(400),
    BadViewError: ErrorResponse(400),
    BadLinkError: ErrorResponse(400),
    BadTokenRequestError: ErrorResponse(400),
    BadPasskeyNameError: ErrorResponse(400, where="name"),
    WeakPasswordError: ErrorResponse(400, where="new"),
    WrongPasswordError: ErrorResponse(400, where="current"),
    BadSecretError: ErrorResponse(400, where="secret"),
    WrongCodeError: ErrorResponse(400, where="code"),
    BadLiveSessionError: ErrorResponse(400),
    BadFeedError: ErrorResponse(400),
    TooManyRowsError: ErrorResponse(400),
    TooManySortedRowsError: ErrorResponse(400),
    NotAllowedError: ErrorResponse(403),
    UnknownDatasetError: ErrorResponse(404),
    UnknownMarkError: ErrorResponse(404),
    UnknownViewError: ErrorResponse(404),
    UnknownShareError: ErrorResponse(404),
    UnknownLiveSessionError: ErrorResponse(404),
    UnknownFeedError: ErrorResponse(404),
    UnknownAccessError: ErrorResponse(404),
    UnknownPasskeyError: ErrorResponse(404),
    UnknownIdentityError: ErrorResponse(404),
    NoAuthenticatorError: ErrorResponse(404),
    LastFactorError: ErrorResponse(409, code="last-factor"),
    LastSignInMethodError: ErrorResponse(409, code="last-way-in"),
    CuxfilterUnavailableError: ErrorResponse(409),
    WorkerError: ErrorResponse(503),
    SessionEndedError: ErrorResponse(409, code="ended"),
    SessionRunningError: ErrorResponse(409, code="running"),
    SupersededError: ErrorResponse(409, code="outdated"),
    RightsChangedError: ErrorResponse(409, code="rights-changed"),
    RateLimitExceededError: ErrorResponse(429, retry_after="2"),
    PreparingError: ErrorResponse(503, code="preparing", retry_after=RETRY_AFTER_SECONDS),
    UnreadableDatasetError: ErrorResponse(503, code="unreadable"),
}


def register_error_handlers(blueprint: Blueprint) -> None:
    """Let these routes say what can't be done, and why."""
    for error, problem in ERROR_RESPONSES.items():
        blueprint.register_error_handler(error, partial(_build_response, problem))


def _build_response(response: ErrorResponse, error: Exception) -> Response:
    where = getattr(error, "where", response.where)
    told = {"message": str(error), "where": where, "code": response.code}
    answer = make_response({"error": {name: value for name, value in told.items() if value}}, response.status)
    if response.retry_after:
        answer.headers["Retry-After"] = response.retry_after
    return answer
