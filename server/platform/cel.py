"""The expression compiler handed into core: Google's CEL, checked for types before it is ever run."""

import re
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from cel_expr_python import cel

from server.core.checklist.functions import Function
from server.core.checklist.scope import Environment
from server.core.refusal import Refused

_SIMPLE = {"int": cel.Type.INT, "bool": cel.Type.BOOL, "string": cel.Type.STRING, "timestamp": cel.Type.TIMESTAMP}
_PLACE = re.compile(r"<input>:(\d+):(\d+): ")


class BadExpression(Refused):
    """An expression does not compile. `detail` is the compiler's sentence, `column` the place (from 1)."""

    def __init__(self, detail: str, column: int) -> None:
        super().__init__("bad_expression", detail)
        self.column = column


class CelExpression:
    """A checked expression; see `Compiled` in core."""

    def __init__(self, environment: Any, text: str) -> None:
        self._environment = environment
        try:
            self._expression = environment.compile(text)
        except RuntimeError as error:
            raise _explained(error) from error
        self.type: str = _name(self._expression.return_type())

    def run(self, values: Mapping[str, Any]) -> Any:
        """Return the value. Raises `Refused` (calculation) on overflow, division by zero and the like."""
        result = self._expression.eval(data=values)
        if result.type() == cel.Type.ERROR:
            raise Refused("calculation", str(result.value()))
        return result.plain_value()


class _Prepared:
    """A native environment and what was compiled in it: the same condition stands on many items."""

    def __init__(self, environment: Environment) -> None:
        self.native = cel.NewEnv(
            variables={name: _type(kind) for name, kind in environment.variables.items()},
            functions=[_declaration(function) for function in environment.functions],
        )
        self.compiled: dict[str, CelExpression] = {}


_prepared: "WeakKeyDictionary[Environment, _Prepared]" = WeakKeyDictionary()


def compile_cel(text: str, environment: Environment) -> CelExpression:
    """Compile `text` for `environment`. Raises `BadExpression`."""
    prepared = _prepared.get(environment)
    if prepared is None:
        prepared = _prepared[environment] = _Prepared(environment)
    found = prepared.compiled.get(text)
    if found is None:
        found = prepared.compiled[text] = CelExpression(prepared.native, text)
    return found


def _type(name: str) -> Any:
    if name.startswith("list<"):
        return cel.Type.List(_SIMPLE[name[5:-1]])
    return _SIMPLE[name]


def _name(kind: Any) -> str:
    text = str(kind.name()).lower().replace("google.protobuf.", "")
    return text


def _declaration(function: Function) -> Any:
    overload = cel.Overload(
        f"suicha_{function.name}",
        return_type=_type(function.result),
        parameters=[_type(kind) for kind in function.parameters],
        impl=function.run,
    )
    return cel.FunctionDecl(function.name, [overload])


def _explained(error: RuntimeError) -> BadExpression:
    text = str(error)
    place = _PLACE.search(text)
    if place is None:
        return BadExpression(text.splitlines()[0], 1)
    sentence = text[place.end() :].splitlines()[0]
    return BadExpression(sentence, int(place[2]))
