"""Do arguments fit a tool's schema? The small part of JSON Schema that tools are described in. Pure.

A keyword that is not known here refuses everything, so that no limit is ever overlooked.
"""

from __future__ import annotations

from typing import Any

KINDS: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}
SIZES = {"string": ("minLength", "maxLength", "characters"), "array": ("minItems", "maxItems", "items")}
KNOWN = frozenset(
    ("type", "description", "enum", "properties", "required", "additionalProperties", "items", "minimum", "maximum")
) | {name for least, most, _ in SIZES.values() for name in (least, most)}


def problem(value: object, schema: dict[str, Any], name: str = "the arguments") -> str:
    """What is wrong, in words that say nothing of the value; empty where it fits."""
    if unknown := set(schema) - KNOWN:
        return f"{name} cannot be checked for {sorted(unknown)[0]}"
    kind = str(schema["type"])
    is_bool = isinstance(value, bool)
    if not isinstance(value, KINDS[kind]) or (is_bool and kind != "boolean"):
        return f"{name} must be of type {kind}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{name} must be one of {', '.join(map(str, schema['enum']))}"
    if isinstance(value, dict):
        return _object_problem(value, schema, name)
    if isinstance(value, list):
        inner = (problem(one, schema["items"], f"an item of {name}") for one in value)
        return _size_problem(len(value), schema, name) or next(filter(None, inner), "")
    if isinstance(value, str):
        return _size_problem(len(value), schema, name)
    return _range_problem(value, schema, name)


def _object_problem(value: dict[str, object], schema: dict[str, Any], name: str) -> str:
    known = schema.get("properties", {})
    if missing := [key for key in schema.get("required", ()) if key not in value]:
        return f"{missing[0]} is missing"
    if set(value) - set(known):
        return f"{name} have a key that is not known"
    return next(filter(None, (problem(one, known[key], key) for key, one in value.items())), "")


def _size_problem(size: int, schema: dict[str, Any], name: str) -> str:
    least, most, what = SIZES[str(schema["type"])]
    if schema.get(least, 0) <= size <= schema.get(most, size):
        return ""
    return f"{name} must have {schema.get(least, 0)} to {schema.get(most, 'any number of')} {what}"


def _range_problem(value: object, schema: dict[str, Any], name: str) -> str:
    if not isinstance(value, int | float):
        return ""
    if schema.get("minimum", value) <= value <= schema.get("maximum", value):
        return ""
    return f"{name} must lie between {schema.get('minimum', '-')} and {schema.get('maximum', '-')}"
