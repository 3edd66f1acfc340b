"""Response schemas, in either notation (OpenAPI subset or JSON Schema): what they ask for, and filling them."""

from typing import Any

from simulator.google.requests import part

Schema = dict[str, Any]


def response_schema(body: object) -> Schema | None:
    """The schema a generateContent request wants its answer in."""
    config = part(body, "generationConfig") if isinstance(body, dict) else {}
    schema = config.get("responseSchema") or config.get("responseJsonSchema")
    return schema if isinstance(schema, dict) else None


def properties_of(schema: Schema | None) -> Schema:
    plain = _resolve(schema, schema).get("properties") if schema else None
    return plain if isinstance(plain, dict) else {}


def enum_of(schema: Schema | None, name: str) -> list[str]:
    """The values a property may take, [] when it is free."""
    child = _resolve(properties_of(schema).get(name) or {}, schema or {})
    return [str(value) for value in child.get("enum") or [] if value is not None]


def fit(schema: Schema, value: Any, root: Schema | None = None) -> Any:
    """The value bent into the schema: what it lacks is made up by type, what does not fit is left out."""
    whole = root or schema
    plain = _resolve(schema, whole)
    kind = str(plain.get("type", "STRING")).upper()
    if value is None and (plain.get("nullable") or kind == "NULL"):
        return None
    if kind == "OBJECT":
        return _object(plain, value, whole)
    if kind == "ARRAY":
        return _array(plain, value, whole)
    if kind == "BOOLEAN":
        return bool(value)
    if kind in ("INTEGER", "NUMBER"):
        return _number(plain, kind, value)
    return _string(plain, value)


def _object(schema: Schema, value: Any, root: Schema) -> Any:
    fields = value if isinstance(value, dict) else {}
    order = schema.get("propertyOrdering") or list(schema.get("properties") or {})
    return {name: fit(schema["properties"][name], fields.get(name), root) for name in order}


def _array(schema: Schema, value: Any, root: Schema) -> Any:
    entries = value if isinstance(value, list) else [] if value in (None, "") else [value]
    least = int(schema.get("minItems", 0))
    entries = [*entries, *[None] * (least - len(entries))]
    most = int(schema.get("maxItems", len(entries)))
    return [fit(schema.get("items") or {}, entry, root) for entry in entries[:most]]


def _number(schema: Schema, kind: str, value: Any) -> Any:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else 0
    number = max(number, schema.get("minimum", number))
    number = min(number, schema.get("maximum", number))
    return int(number) if kind == "INTEGER" else float(number)


def _string(schema: Schema, value: Any) -> Any:
    text = "".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    choices = schema.get("enum")
    if choices:
        return text if text in choices else choices[0]
    longest = schema.get("maxLength")
    if longest is not None and len(text) > int(longest):
        text = text[: int(longest)]
        text = text[: text.rfind("。") + 1] or text
    return text


def _resolve(schema: Schema, root: Schema) -> Schema:
    """Follows a $ref, and takes the first branch of a choice that isn't null."""
    while "$ref" in schema or "anyOf" in schema or "any_of" in schema:
        if "$ref" in schema:
            schema = root.get("$defs", {}).get(str(schema["$ref"]).rpartition("/")[2], {})
            continue
        branches = schema.get("anyOf") or schema.get("any_of") or []
        real = [each for each in branches if str(each.get("type", "")).upper() != "NULL"]
        schema = real[0] if real else {"type": "NULL"}
    return schema
