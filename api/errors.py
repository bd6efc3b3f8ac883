"""What is answered to what can't be done: ``{"error": {"message", "where"?, "code"?}}``."""

from __future__ import annotations

from flask import Blueprint, Response, make_response

from errors import AppError, ConflictError, InvalidError
from gpu.cuxfilter.process import WorkerError


class InvalidRequestError(InvalidError):
    """A request is not as the API describes it; ``where`` is a path in it, or an argument or header."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.where = where


class RightsChangedError(ConflictError):
    """The page was opened with other rights than the person has now, or by somebody else."""

    code = "rights-changed"

    def __init__(self) -> None:
        super().__init__("Your rights have changed.")


def register_error_handlers(blueprint: Blueprint) -> None:
    """Let these routes answer with the error's message, status and code."""
    blueprint.register_error_handler(AppError, _answer_error)
    blueprint.register_error_handler(WorkerError, _answer_worker_error)


def _answer_error(error: AppError) -> Response:
    parts = {"message": str(error), "where": error.where, "code": error.code}
    answer = make_response({"error": {name: part for name, part in parts.items() if part}}, error.status)
    if error.retry_after:
        answer.headers["Retry-After"] = error.retry_after
    return answer


def _answer_worker_error(error: WorkerError) -> Response:
    """Answer for cuxfilter's process: gpu knows no HTTP, so its error bears no status."""
    return make_response({"error": {"message": str(error)}}, 503)
