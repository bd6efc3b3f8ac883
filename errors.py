"""The base classes of errors whose message is meant for people, with how the REST API answers each."""

from __future__ import annotations

from typing import ClassVar


class AppError(Exception):
    """An error with a message for people.

    Attributes:
        status: The HTTP status of the answer.
        code: A word that programs can tell the error by, or nothing.
        where: The field, argument or header of the request that is wrong; a class or an instance sets it.
        retry_after: After how many seconds to ask again, or nothing.
    """

    status: ClassVar[int]
    code: ClassVar[str] = ""
    where: str = ""
    retry_after: ClassVar[str] = ""


class InvalidError(AppError, ValueError):
    """A value in the request can't be accepted."""

    status = 400


class ForbiddenError(AppError, PermissionError):
    """The person isn't allowed to do this."""

    status = 403


class NotFoundError(AppError, LookupError):
    """There is no such thing, or none that the person sees."""

    status = 404


class ConflictError(AppError):
    """The request doesn't fit the present state."""

    status = 409


class TooManyRequestsError(AppError):
    """The person asks too often."""

    status = 429


class UnavailableError(AppError):
    """This can't be answered at the moment."""

    status = 503
