"""Vectors of identifiers: `{reader: text}` in, the written form or what it says out."""

from typing import Any

from server.core import identifiers


def run(given: dict[str, Any]) -> Any:
    ((name, told),) = given.items()
    if name == "resident_id":
        read = identifiers.resident_id(told)
        return {
            "number": read.number,
            "division": read.division,
            "birth": read.birth.isoformat(),
            "sex": read.sex,
        }
    arguments = told if isinstance(told, list) else [told]
    return getattr(identifiers, name)(*arguments)
