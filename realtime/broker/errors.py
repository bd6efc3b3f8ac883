"""What the broker refuses, in Ably's codes: https://help.ably.io/error/CODE tells each."""

from __future__ import annotations

from typing import Any


class BrokerError(Exception):
    """A refusal that a client is told; ``status`` is HTTP's, of the code's first digits unless given."""

    def __init__(self, code: int, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or (code // 100 if 400 <= code // 100 < 501 else 400)

    def told(self) -> dict[str, Any]:
        """The error as it stands in frames and answers."""
        return {
            "code": self.code,
            "statusCode": self.status,
            "message": self.message,
            "href": f"https://help.ably.io/error/{self.code}",
        }
