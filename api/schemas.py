"""The models of the API as JSON Schemas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from api.operations import Body, Operation, Query

Mode = tuple[type[BaseModel], JsonSchemaMode]


class Failed(Body):
    """What is wrong, where in the request, and for some a code that programs can go by."""

    message: str
    where: str | None = None
    code: str | None = None


class Failure(Body):
    """The answer to whatever can't be done. ``ways`` are those to confirm by, where that would help."""

    error: Failed
    ways: list[str] | None = None


class Schemas:
    """The JSON Schemas of all models, each once, as what is taken or what is answered."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        modes = dict.fromkeys(mode for each in operations for mode in _modes(each))
        template = "#/components/schemas/{model}"
        self._references, made = models_json_schema([*modes, (Failure, "validation")], ref_template=template)
        self.shown: dict[str, Any] = dict(made["$defs"])
        self._arguments = {
            model: self.shown.pop(self._name(model)) for each in operations if (model := each.query)
        }

    def of(self, model: type[BaseModel], mode: JsonSchemaMode = "validation") -> dict[str, str]:
        """A reference to the schema of a model."""
        return {"$ref": self._references[model, mode]["$ref"]}

    def arguments(self, model: type[Query]) -> list[dict[str, Any]]:
        """The parameters of a query."""
        made = self._arguments[model]
        required = made.get("required", [])
        return [
            {"name": name, "in": "query", "required": name in required, "schema": schema}
            for name, schema in made["properties"].items()
        ]

    def _name(self, model: type[BaseModel]) -> str:
        return self.of(model)["$ref"].rpartition("/")[2]


def _modes(found: Operation) -> list[Mode]:
    """The models of an operation, each as it is read or as it is written."""
    read: list[Mode] = [(model, "validation") for model in (found.body, found.query) if model]
    return [*read, (found.answer, "serialization")] if found.answer else read
