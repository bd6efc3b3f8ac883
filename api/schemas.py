"""The JSON Schemas of the API's models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from api.operations import Operation, QueryParams, RequestBody

ModelMode = tuple[type[BaseModel], JsonSchemaMode]


class ErrorDetail(RequestBody):
    """What is wrong, where in the request and, for some errors, a code for programs."""

    message: str
    where: str | None = None
    code: str | None = None


class ErrorBody(RequestBody):
    """The response to a failed request; ``ways`` are those to confirm your identity, if required."""

    error: ErrorDetail
    ways: list[str] | None = None


class Schemas:
    """The JSON Schemas of all models, each once, for requests or for responses."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        modes = dict.fromkeys(mode for each in operations for mode in _list_modes(each))
        template = "#/components/schemas/{model}"
        self._references, made = models_json_schema(
            [*modes, (ErrorBody, "validation")], ref_template=template
        )
        self.definitions: dict[str, Any] = dict(made["$defs"])
        self._arguments = {
            model: self.definitions.pop(self._get_name(model)) for each in operations if (model := each.query)
        }

    def get_reference(self, model: type[BaseModel], mode: JsonSchemaMode = "validation") -> dict[str, str]:
        """Return a reference to the schema of a model."""
        return {"$ref": self._references[model, mode]["$ref"]}

    def list_parameters(self, model: type[QueryParams]) -> list[dict[str, Any]]:
        """Return the parameters of a query."""
        made = self._arguments[model]
        required = made.get("required", [])
        return [
            {"name": name, "in": "query", "required": name in required, "schema": schema}
            for name, schema in made["properties"].items()
        ]

    def _get_name(self, model: type[BaseModel]) -> str:
        return self.get_reference(model)["$ref"].rpartition("/")[2]


def _list_modes(found: Operation) -> list[ModelMode]:
    """Return the models of an operation, each with the mode in which it is used."""
    read: list[ModelMode] = [(model, "validation") for model in (found.body, found.query) if model]
    return [*read, (found.response, "serialization")] if found.response else read
