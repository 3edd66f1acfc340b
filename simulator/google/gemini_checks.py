"""What generateContent refuses before any model sees it (Gemini API docs: generateContent, Structured output)."""

from typing import Any

from simulator.google.errors import GoogleError, invalid
from simulator.google.gemini_models import Call
from simulator.google.requests import entries, part

TYPES = frozenset({"STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL", "TYPE_UNSPECIFIED"})
ROLES = frozenset({None, "user", "model", "function"})
RESOLUTIONS = frozenset(
    f"MEDIA_RESOLUTION_{level}" for level in ("UNSPECIFIED", "LOW", "MEDIUM", "HIGH", "ULTRA_HIGH")
)
MAX_FPS = 24


def check_generation(call: Call, body: dict[str, Any]) -> None:
    """Raises GoogleError 400."""
    contents = entries(body, "contents")
    if not contents:
        raise invalid("* GenerateContentRequest.contents: contents is not specified")
    for content in contents:
        if not isinstance(content, dict) or content.get("role") not in ROLES:
            raise invalid("Please use a valid role: user, model.")
        if not entries(content, "parts"):
            raise invalid("* GenerateContentRequest.contents: contents.parts must not be empty.")
        for each in content["parts"]:
            _check_part(call, each)
    config = part(body, "generationConfig")
    _check_thinking(call, part(config, "thinkingConfig"))
    _check_format(config)
    if config.get("mediaResolution", "MEDIA_RESOLUTION_UNSPECIFIED") not in RESOLUTIONS:
        raise invalid(f"Invalid value at 'generation_config.media_resolution': {config['mediaResolution']}")


def _check_part(call: Call, each: Any) -> None:
    if not isinstance(each, dict):
        raise invalid("Invalid value at 'contents.parts': expected an object")
    kinds = [
        name
        for name in ("text", "inlineData", "fileData", "functionCall", "functionResponse")
        if name in each
    ]
    if len(kinds) != 1:
        raise invalid("contents.parts: required oneof field 'data' must have one initialized field")
    for name in ("inlineData", "fileData"):
        if name in each and not part(each, name).get("mimeType"):
            raise invalid(f"{name}.mimeType: must be specified")
    metadata = part(each, "videoMetadata")
    fps = metadata.get("fps", 1)
    if isinstance(fps, bool) or not isinstance(fps, int | float) or not 0 < fps <= MAX_FPS:
        raise invalid(f"video_metadata.fps: must be in the range (0.0, {MAX_FPS}.0]")
    resolution = part(each, "mediaResolution")
    if resolution and call.backend == "developer" and call.version == "v1":
        raise invalid(
            "Invalid JSON payload received. Unknown name \"mediaResolution\" at 'contents[0].parts[0]'"
        )


def _check_thinking(call: Call, config: dict[str, Any]) -> None:
    level, budget = config.get("thinkingLevel"), config.get("thinkingBudget")
    if level is not None and budget is not None:
        raise invalid("You can only set only one of thinking budget and thinking level.")
    if level is not None and str(level).upper() not in call.model.thinking:
        raise invalid(f"Thinking level {level} is not supported for this model.")


def _check_format(config: dict[str, Any]) -> None:
    schema, json_schema = config.get("responseSchema"), config.get("responseJsonSchema")
    if schema is None and json_schema is None:
        return
    if schema is not None and json_schema is not None:
        raise invalid("Only one of response_schema and response_json_schema may be set.")
    if config.get("responseMimeType") not in ("application/json", "text/x.enum"):
        kind = config.get("responseMimeType") or "text/plain"
        raise invalid(f"Controlled generation with a response mime type: '{kind}' is unsupported")
    if schema is not None:
        check_schema(schema, "generation_config.response_schema")


def check_schema(schema: Any, where: str) -> None:
    """A responseSchema as OpenAPI subset. Raises GoogleError 400."""
    if not isinstance(schema, dict):
        raise _bad_schema(where, "must be an object")
    if "anyOf" in schema:
        for index, branch in enumerate(entries(schema, "anyOf")):
            check_schema(branch, f"{where}.any_of[{index}]")
        return
    kind = str(schema.get("type", "")).upper()
    if kind not in TYPES:
        raise _bad_schema(f"{where}.type", f"invalid value {schema.get('type')!r}")
    if kind == "ARRAY":
        if "items" not in schema:
            raise _bad_schema(f"{where}.items", "missing field.")
        check_schema(schema["items"], f"{where}.items")
    if kind == "OBJECT":
        _check_properties(schema, where)
    if "enum" in schema and (
        kind != "STRING" or not all(isinstance(entry, str) and entry for entry in schema["enum"])
    ):
        raise _bad_schema(f"{where}.enum", "only allowed for STRING type, and must not hold an empty string")


def _check_properties(schema: dict[str, Any], where: str) -> None:
    properties = part(schema, "properties")
    if not properties:
        raise _bad_schema(f"{where}.properties", "should be non-empty for OBJECT type")
    for name, child in properties.items():
        check_schema(child, f"{where}.properties[{name}]")
    for field in ("required", "propertyOrdering"):
        for name in entries(schema, field):
            if name not in properties:
                raise _bad_schema(f"{where}.{field}", f"property {name!r} is not defined")


def _bad_schema(where: str, what: str) -> GoogleError:
    return invalid(f"* GenerateContentRequest.{where}: {what}")
