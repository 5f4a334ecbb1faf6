"""A compiled checklist: its expressions with their types, ready to be evaluated again and again."""

from collections.abc import Mapping, Sequence
from typing import Any

from server.core.checklist.functions import functions
from server.core.checklist.scope import AnyOf, Compile, Environment, Program
from server.core.checklist.tables import TablePrograms
from server.core.checklist.values import COMPUTED_CEL, cel_types

VISIT = {"visit_date": "timestamp", "visit_start": "timestamp", "visit_number": "int", "visit_cap": "int"}
FACT_CEL = {"integer": "int", "boolean": "bool", "date": "timestamp", "text": "string"}


class ItemPrograms:
    """The compiled side of one item."""

    def __init__(self, item: Mapping[str, Any], checklist: "Checklist") -> None:
        environment = checklist.environment

        def program(expression: Mapping[str, Any] | None) -> Program | None:
            return Program(expression, environment, checklist.compile) if expression else None

        self.names = own_names(item, checklist.attributes)
        self.when = program(item.get("when"))
        self.fails = (
            AnyOf([Program(rule, environment, checklist.compile) for rule in item["fails_when"]])
            if "fails_when" in item
            else None
        )
        self.grades = [
            (grade["class"], Program(grade, environment, checklist.compile)) for grade in item.get("grades", ())
        ]
        self.table: TablePrograms | None = None
        if "table" in item:
            self.table = TablePrograms(item, checklist.variables, environment, checklist)
            self.computed = self.table.computed
        else:
            self.computed = [(value, Program(value, environment, checklist.compile)) for value in item["computed"]]


def own_names(item: Mapping[str, Any], attributes: Any) -> dict[str, str]:
    """The variables that an item gives to expressions below it: name → CEL type."""
    code = item["code"]
    names = cel_types(item, code, attributes)
    if "table" in item:
        names |= {f"{code}_rows": "int", f"{code}_failed": "int"}
        if item["table"]["source"] == "drawn":
            names |= {f"{code}_total": "int", f"{code}_drawn": "int"}
    return names


class Checklist:
    """A compiled definition; make it once and evaluate often. Expressions compile when first needed."""

    def __init__(self, definition: Mapping[str, Any], compile_: Compile) -> None:
        self.definition = definition
        self.compile = compile_
        self.lists = definition["catalogues"]["lists"]
        self.variables = self._variables()
        self.environment = Environment(self.variables, functions(definition["catalogues"]["holidays"]))
        self.sections = [
            (section, Program(section["when"], self.environment, compile_) if "when" in section else None)
            for section in definition["sections"]
        ]
        self.specs = self._specs()
        self._programs: dict[str, ItemPrograms] = {}
        self._row_specs: dict[str, dict[str, Any]] = {}

    def attributes(self, catalogue: str) -> Sequence[str]:
        attributes: Sequence[str] = self.lists[catalogue]["attributes"]
        return attributes

    def programs(self, item: Mapping[str, Any]) -> ItemPrograms:
        code = item["code"]
        if code not in self._programs:
            self._programs[code] = ItemPrograms(item, self)
        return self._programs[code]

    def _variables(self) -> dict[str, str]:
        variables = dict(VISIT)
        for fact in self.definition["facts"]:
            variables[fact["key"]] = FACT_CEL[fact["type"]]
        for setting in self.definition["settings"]:
            variables[setting["key"]] = "int"
        for section in self.definition["sections"]:
            for item in section["items"]:
                variables |= own_names(item, self.attributes)
                for value in item["computed"]:
                    variables[f"{item['code']}_{value['key']}"] = COMPUTED_CEL[value["type"]]
        return variables

    def _specs(self) -> dict[str, Any]:
        """What the record needs to put a variable into words."""
        specs: dict[str, Any] = {"visit_date": {"type": "date"}, "visit_start": {"type": "datetime"}}
        for spec in (*self.definition["facts"], *self.definition["settings"]):
            specs[spec["key"]] = spec
        for section in self.definition["sections"]:
            for item in section["items"]:
                specs[item["code"]] = self._worded(item)
                for value in item["computed"]:
                    specs[f"{item['code']}_{value['key']}"] = value
        return specs

    def row_specs(self, item: Mapping[str, Any]) -> dict[str, Any]:
        code = item["code"]
        if code not in self._row_specs:
            columns = {column["key"]: self._worded(column) for column in item["table"]["columns"]}
            self._row_specs[code] = columns | {value["key"]: value for value in item["table"]["values"]}
        return self._row_specs[code]

    def _worded(self, field: Mapping[str, Any]) -> Mapping[str, Any]:
        """A field with the entries of its catalogue at hand."""
        if "catalogue" not in field:
            return field
        return {**field, "entries": self.lists[field["catalogue"]]["entries"]}
