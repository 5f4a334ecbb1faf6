"""Fields and tables of a definition: options, units, bounds, catalogues, where rows come from."""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from server.core.checklist.faults import Problem, problem
from server.core.checklist.quantities import UNITS, BadQuantity, scaled

Path = tuple[str | int, ...]
_PARTS = {"fixed": ("fixed",), "catalogue": ("catalogue",), "chosen": ("chosen", "catalogue"), "drawn": ("draw",)}


def check_field(
    path: Path,
    field: Mapping[str, Any],
    lists: Mapping[str, Any],
    items: Mapping[str, Any],
    columns: Mapping[str, Mapping[str, Any]],
) -> Iterator[Problem]:
    """Problems of how a value is written: an item, a column (`columns` above it), a computed value, a setting."""
    yield from _options(path, field, lists)
    yield from _among(path, field, items)
    yield from _units(path, field, columns)
    yield from _bounds(path, field)
    if "fields" in field and field["type"] != "person":
        yield problem((*path, "fields"), "person_fields")


def _options(path: Path, field: Mapping[str, Any], lists: Mapping[str, Any]) -> Iterator[Problem]:
    kind = field["type"]
    if "catalogue" in field and kind != "table" and field["catalogue"] not in lists:
        hint = next(iter(get_close_matches(field["catalogue"], lists, 1)), "")
        yield problem((*path, "catalogue"), "unknown_catalogue", name=field["catalogue"], hint=hint)
    if kind == "multi" and "options" not in field and "catalogue" not in field:
        yield problem(path, "options_missing", type=kind)
    if "options" not in field:
        return
    if kind not in ("choice", "multi"):
        yield problem((*path, "options"), "options_unwanted", type=kind)
    seen = set()
    for index, option in enumerate(field["options"]):
        if option["key"] in seen:
            yield problem((*path, "options", index, "key"), "key_twice", name=option["key"])
        seen.add(option["key"])
        if "result" in option and option.get("verdict") == "na":
            yield problem((*path, "options", index), "option_result")


def _among(path: Path, field: Mapping[str, Any], items: Mapping[str, Any]) -> Iterator[Problem]:
    if "among" not in field:
        return
    other = items.get(field["among"])
    if other is None or other["type"] != "multi" or other.get("catalogue") != field.get("catalogue"):
        yield problem((*path, "among"), "among_item", name=field["among"])


def _units(path: Path, field: Mapping[str, Any], columns: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    if field["type"] != "quantity":
        for name in ("units", "scale", "unit_column"):
            if name in field:
                yield problem((*path, name), "units_unwanted", name=name)
        return
    if "units" not in field or "scale" not in field:
        yield problem(path, "units_missing")
        return
    for index, unit in enumerate(field["units"]):
        if unit not in UNITS:
            yield problem((*path, "units", index), "unknown_unit", name=unit, known="、".join(UNITS))
            return
        first = field["units"][0]
        if "unit_column" not in field and UNITS[unit].dimension != UNITS[first].dimension:
            yield problem((*path, "units", index), "unit_dimensions", name=unit, first=first)
    if "unit_column" in field:
        column = columns.get(field["unit_column"], {})
        keys = [option["key"] for option in column.get("options", ())]
        if column.get("type") != "choice" or not keys or any(key not in UNITS for key in keys):
            yield problem((*path, "unit_column"), "unit_column", name=field["unit_column"])


def _bounds(path: Path, field: Mapping[str, Any]) -> Iterator[Problem]:
    kind = field["type"]
    limits = {}
    for name in ("min", "max"):
        if name not in field:
            continue
        try:
            limits[name] = _bound(field, field[name])
        except BadQuantity as fault:
            yield problem((*path, name), "bounds_form", name=field[name], detail=fault.code)
            return
        if limits[name] is None:
            yield problem((*path, name), "bounds_form", name=field[name], detail=kind)
            return
    if len(limits) == 2 and limits["min"] > limits["max"]:
        yield problem((*path, "min"), "bounds_order")


def _bound(field: Mapping[str, Any], limit: Any) -> Any:
    if field["type"] in ("integer", "score"):
        return limit if type(limit) is int else None
    if field["type"] == "quantity" and isinstance(limit, str):
        base = field["units"][0]
        return scaled(limit, base, base, field["scale"])
    return None


def check_table(
    path: Path,
    item: Mapping[str, Any],
    lists: Mapping[str, Any],
    items: Mapping[str, Any],
    reserved: Collection[str],
) -> Iterator[Problem]:
    """Problems of where rows come from and of the columns."""
    if item["type"] != "table":
        if "table" in item:
            yield problem((*path, "table"), "table_unwanted", type=item["type"])
        return
    if "table" not in item:
        yield problem(path, "table_missing")
        return
    table, base = item["table"], (*path, "table")
    yield from _source(base, table, lists, items)
    if table["min_rows"] > table["max_rows"]:
        yield problem((*base, "min_rows"), "rows_order")
    columns: dict[str, Mapping[str, Any]] = {}
    for part in ("columns", "values"):
        for index, column in enumerate(table[part]):
            place = (*base, part, index)
            if column["key"] in columns:
                yield problem((*place, "key"), "key_twice", name=column["key"])
            if column["key"] in reserved or column["key"] in ("row_key", "row"):
                yield problem((*place, "key"), "name_reserved", name=column["key"])
            yield from check_field(place, column, lists, items, columns)
            if column["type"] == "person" or column.get("format") == "resident_id":
                yield problem((*place, "type"), "person_in_table")
            columns[column["key"]] = column


def _source(
    base: Path, table: Mapping[str, Any], lists: Mapping[str, Any], items: Mapping[str, Any]
) -> Iterator[Problem]:
    source = table["source"]
    wanted = _PARTS.get(source, ())
    for part in ("fixed", "catalogue", "chosen", "draw"):
        if part in wanted and part not in table:
            yield problem(base, "source_part", source=source, part=part)
        if part in table and part not in wanted:
            yield problem((*base, part), "source_part_unwanted", source=source, part=part)
    catalogue = table.get("catalogue")
    if catalogue is not None and catalogue not in lists:
        yield problem((*base, "catalogue"), "unknown_catalogue", name=catalogue, hint="")
    if "chosen" in table:
        other = items.get(table["chosen"])
        if other is None or other["type"] != "multi" or other.get("catalogue") != catalogue:
            yield problem((*base, "chosen"), "chosen_item", name=table["chosen"], catalogue=catalogue)
    keys = [row["key"] for row in table.get("fixed", ())]
    for index, key in enumerate(keys):
        if key in keys[:index]:
            yield problem((*base, "fixed", index, "key"), "key_twice", name=key)
    rule = table.get("draw")
    if rule is not None and rule.get("max", rule["min"]) < rule["min"]:
        yield problem((*base, "draw", "max"), "draw_order")
