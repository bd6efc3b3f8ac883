"""What is answered to what can't be done: ``{"error": {"message", "where"?, "code"?}}``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from flask import Blueprint, Response, make_response

from accounts.access_listing import UnknownAccessError
from accounts.api_tokens import BadTokenRequestError
from accounts.credentials import LastFactorError, LastWayInError, NoAuthenticatorError, WrongPasswordError
from accounts.identities import UnknownIdentityError
from accounts.passkeys import BadPasskeyNameError, UnknownPasskeyError
from accounts.passwords import WeakPasswordError
from accounts.totp import BadSecretError, WrongCodeError
from datasets.access.gateway import PreparingError, UnknownDatasetError
from datasets.access.guest_links import BadLinkError
from datasets.append.column_extent import NoExtentError
from datasets.cubes.in_flight import OutdatedError
from datasets.cuxfilter.build_payload import TooManyRowsError
from datasets.cuxfilter.sessions import NoDeskError
from datasets.description import UnknownColumnError
from datasets.explorations.saved_views import BadViewError, UnknownViewError
from datasets.query.axes import MisfitError
from datasets.shares import BadShareError, NotAllowedError, UnknownShareError
from datasets.storage.encryption import UnreadableError
from datasets.table.table_reader import TooManySortedError
from gpu.cuxfilter.process import ProcessError
from realtime.feeds.actions import BadFeedError
from realtime.feeds.queries import UnknownFeedError
from realtime.live.actions import BadLiveError, OverError, RunningError
from realtime.live.rate_limit import TooOftenError
from realtime.live.sessions import UnknownLiveError, UnknownMarkError

SOON = "5"
"""Seconds after which to ask again for what is being prepared."""


class RefusedError(ValueError):
    """A request is not what it should be; ``where`` is a path in it, or an argument or header."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.where = where


class RightsChangedError(RuntimeError):
    """The page was opened with other rights than the person has now, or by somebody else."""

    def __init__(self) -> None:
        super().__init__("Your rights have changed.")


@dataclass(frozen=True)
class Problem:
    """How an error is answered. ``where`` is what is wrong in the request, unless the error knows itself.

    ``code`` is for programs to go by, ``wait`` the seconds after which to ask again.
    """

    status: int
    where: str = ""
    code: str = ""
    wait: str = ""


PROBLEMS: dict[type[Exception], Problem] = {
    RefusedError: Problem(400),
    MisfitError: Problem(400),
    UnknownColumnError: Problem(400, where="column"),
    NoExtentError: Problem(400, where="column"),
    BadShareError: Problem(400),
    BadViewError: Problem(400),
    BadLinkError: Problem(400),
    BadTokenRequestError: Problem(400),
    BadPasskeyNameError: Problem(400, where="name"),
    WeakPasswordError: Problem(400, where="new"),
    WrongPasswordError: Problem(400, where="current"),
    BadSecretError: Problem(400, where="secret"),
    WrongCodeError: Problem(400, where="code"),
    BadLiveError: Problem(400),
    BadFeedError: Problem(400),
    TooManyRowsError: Problem(400),
    TooManySortedError: Problem(400),
    NotAllowedError: Problem(403),
    UnknownDatasetError: Problem(404),
    UnknownMarkError: Problem(404),
    UnknownViewError: Problem(404),
    UnknownShareError: Problem(404),
    UnknownLiveError: Problem(404),
    UnknownFeedError: Problem(404),
    UnknownAccessError: Problem(404),
    UnknownPasskeyError: Problem(404),
    UnknownIdentityError: Problem(404),
    NoAuthenticatorError: Problem(404),
    LastFactorError: Problem(409, code="last-factor"),
    LastWayInError: Problem(409, code="last-way-in"),
    NoDeskError: Problem(409),
    ProcessError: Problem(503),
    OverError: Problem(409, code="ended"),
    RunningError: Problem(409, code="running"),
    OutdatedError: Problem(409, code="outdated"),
    RightsChangedError: Problem(409, code="rights-changed"),
    TooOftenError: Problem(429, wait="2"),
    PreparingError: Problem(503, code="preparing", wait=SOON),
    UnreadableError: Problem(503, code="unreadable"),
}


def explain(routes: Blueprint) -> None:
    """Let these routes say what can't be done, and why."""
    for error, problem in PROBLEMS.items():
        routes.register_error_handler(error, partial(_answer, problem))


def _answer(problem: Problem, error: Exception) -> Response:
    where = getattr(error, "where", problem.where)
    told = {"message": str(error), "where": where, "code": problem.code}
    answer = make_response({"error": {name: value for name, value in told.items() if value}}, problem.status)
    if problem.wait:
        answer.headers["Retry-After"] = problem.wait
    return answer
