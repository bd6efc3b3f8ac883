"""The broker's errors with Ably's codes; https://help.ably.io/error/CODE explains each."""

from __future__ import annotations

from typing import Any


class BrokerError(Exception):
    """An error that is reported to the client.

    ``status`` is the HTTP status; by default, it is derived from the first digits of the code.
    """

    def __init__(self, code: int, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or (code // 100 if 400 <= code // 100 < 501 else 400)

    def to_json(self) -> dict[str, Any]:
        """Return the error as it appears in frames and responses."""
        return {
            "code": self.code,
            "statusCode": self.status,
            "message": self.message,
            "href": f"https://help.ably.io/error/{self.code}",
        }
