"""What expressions see: values by name, and for names without a value the reason why."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from server.core.refusal import Refused


class Compiled(Protocol):
    """A checked expression; `type` as in `CelType` of types.ts."""

    @property
    def type(self) -> str: ...

    def run(self, values: Mapping[str, Any]) -> Any:
        """Return the value. Raises `Refused` when it cannot be calculated."""


class Environment:
    """The variables and functions that one compiler environment is built from; identity is its key."""

    def __init__(self, variables: Mapping[str, str], functions: Sequence[Any]) -> None:
        self.variables = variables
        self.functions = functions


Compile = Callable[[str, Environment], Compiled]


class Outcome(NamedTuple):
    """known (with `value`), open, unchecked, absent or error."""

    status: str
    value: Any = None

    def is_true(self) -> bool:
        return self.status == "known" and self.value is True


class Scope:
    """Values known so far. A name without a value is `open`, `unchecked` or `absent` (not asked)."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self._reasons: dict[str, str] = {}

    def set(self, name: str, value: Any) -> None:
        self.values[name] = value

    def lack(self, names: Sequence[str], reason: str) -> None:
        for name in names:
            self._reasons[name] = reason

    def drop(self, name: str, reason: str) -> None:
        """Take a value away again: it was a running figure and must decide nothing yet."""
        self.values.pop(name, None)
        self._reasons[name] = reason

    def reason(self, name: str) -> str:
        """Why `name` has no value; a name not reached yet is open."""
        return self._reasons.get(name, "open")


class AnyOf:
    """Several rules, any of which is enough; one whose names are not asked for is left out."""

    def __init__(self, programs: Sequence["Program"]) -> None:
        self._programs = programs

    def run(self, *scopes: Scope) -> Outcome:
        """known (true if any rule holds), else what keeps it from being known; absent if no rule applies."""
        statuses = set()
        for program in self._programs:
            found = program.run(*scopes)
            if found.is_true():
                return found
            statuses.add(found.status)
        return next((Outcome(s) for s in ("error", "open", "unchecked") if s in statuses), None) or (
            Outcome("known", False) if "known" in statuses else Outcome("absent")
        )


class Program:
    """An expression with the names it needs, compiled when it is first run."""

    def __init__(self, expression: Mapping[str, Any], environment: Environment, compile_: Compile) -> None:
        self.needs: Sequence[str] = expression["needs"]
        self._text: str = expression["expr"]
        self._environment = environment
        self._compile = compile_
        self._compiled: Compiled | None = None

    def run(self, *scopes: Scope) -> Outcome:
        """Run with the first scope that knows each name; lacking names decide instead of CEL."""
        values: dict[str, Any] = {}
        lacking = set()
        for name in self.needs:
            for scope in scopes:
                if name in scope.values:
                    values[name] = scope.values[name]
                    break
            else:
                lacking.add(next((s for s in (sc.reason(name) for sc in scopes) if s != "open"), "open"))
        if lacking:
            return Outcome(next(reason for reason in ("absent", "open", "unchecked") if reason in lacking))
        if self._compiled is None:
            self._compiled = self._compile(self._text, self._environment)
        try:
            return Outcome("known", self._compiled.run(values))
        except Refused:
            return Outcome("error")
