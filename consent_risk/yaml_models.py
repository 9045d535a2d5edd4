"""A YAML text as a pydantic model, with the line of everything that is wrong with it.

The reading is strict: duplicate keys, unknown keys and missing keys are refused. Days and words such as NO stay text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from consent_risk.errors import Problem, UserError, did_you_mean

_Parsed = TypeVar("_Parsed", bound=BaseModel)


def parse_model(model: type[_Parsed], text: str, file: str, *, what: str, start: str) -> _Parsed:
    """The model that the YAML text describes.

    `what` names the kind of file in messages, `start` says where to begin when it holds nothing.
    Raises UserError naming the field, its line and the mend for every problem found.
    """
    raw = _parse_yaml(text, file, start)
    try:
        return model.model_validate(_plain(raw))
    except ValidationError as error:
        errors = _without_other_branches([dict(item) for item in error.errors()], raw)
        raise UserError(
            [_problem(model, raw, item, file, what) for item in errors if not _follows(item, errors)]
        ) from None


def _without_other_branches(errors: Sequence[dict[str, Any]], raw: Any) -> list[dict[str, Any]]:
    """The errors of what the writer meant, where a field takes several kinds of things: text, a list, a group of keys.

    pydantic reports every kind and puts its name into the location, where no key of the file stands; it is taken out.
    """
    found = []
    for error in errors:
        location, node, branch = _in_file(error, raw)
        if (
            branch
            and error["type"] in _KINDS
            and len(location) == branch
            and not isinstance(node, _KINDS[error["type"]])
        ):
            continue  # what stands there is of another kind, which has errors of its own
        found.append(error | {"loc": location})
    places = {item["loc"] for item in found}
    # Nothing that the field takes fits: then the first kind speaks for all.
    for error in errors:
        location, _, _ = _in_file(error, raw)
        if not any(place[: len(location)] == location for place in places):
            found.append(error | {"loc": location})
            places.add(location)
    return found


def _in_file(error: dict[str, Any], raw: Any) -> tuple[tuple[Any, ...], Any, int]:
    """The location in words of the file, what stands there, and how deep a choice of kinds was made (0: none was)."""
    location: list[Any] = []
    node, branch = raw, 0
    for part in error["loc"]:
        inside = (isinstance(node, Mapping) and part in node) or (isinstance(node, Sequence) and isinstance(part, int))
        if inside and not isinstance(node, str):
            node = node[part] if isinstance(node, Mapping) or part < len(node) else None
        elif part == "[key]" or (part == error["loc"][-1] and error["type"] == "missing"):
            node = None
        else:
            branch = len(location)
            continue
        location.append(part)
    return tuple(location), node, branch


_KEYS, _LIST, _TEXT, _NUMBER = "a group of keys", "a list", "text", "a number"
_EXPECTED = {
    **dict.fromkeys(("dict_type", "model_type", "mapping_type"), _KEYS),
    **dict.fromkeys(("tuple_type", "list_type"), _LIST),
    "string_type": _TEXT,
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float", "float_type", "float_parsing"), _NUMBER),
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    **dict.fromkeys(("too_short", "string_too_short"), "filled in"),
}
_MENDS = {
    _KEYS: "Write its keys below it, indented.",
    _LIST: "Write it in brackets, such as [one, two].",
    _TEXT: 'Put it in quotes: "2024".',
    _NUMBER: "Write digits, with a point for decimals.",
    "true or false": "Write true or false.",
    "filled in": "Fill it in.",
}
# The kinds of things that an error says are wanted.
_KINDS: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("dict_type", "model_type", "mapping_type"), (Mapping,)),
    **dict.fromkeys(("tuple_type", "list_type"), (list,)),
    **dict.fromkeys(("enum", "literal_error", "string_type"), (str,)),
}
_LIMITS = {
    "greater_than_equal": ("ge", "not below"),
    "less_than_equal": ("le", "not above"),
}


def _follows(error: dict[str, Any], errors: Sequence[dict[str, Any]]) -> bool:
    """Whether an error only follows from one further in: a list is too short because its entry was refused."""
    own = tuple(error["loc"])
    return error["type"] == "too_short" and any(
        len(other["loc"]) > len(own) and tuple(other["loc"])[: len(own)] == own for other in errors
    )


class _Constructor(RoundTripConstructor):
    """Days stay text, so that a day that does not exist is refused by the model, which knows its line."""


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_yaml_str)


def _parse_yaml(text: str, file: str, start: str) -> CommentedMap:
    yaml = YAML()
    yaml.Constructor = _Constructor
    yaml.allow_duplicate_keys = False
    try:
        raw = yaml.load(text)
    except DuplicateKeyError as error:
        mark = error.problem_mark
        key = str(error.problem).split('"')[1] if '"' in str(error.problem) else None
        raise UserError(
            Problem(
                file,
                "the key stands twice",
                "Keep one of them.",
                mark.line + 1 if mark else None,
                key,
                "line",
            )
        ) from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UserError(
            Problem(
                file,
                f"not valid YAML ({error.problem or 'cannot be read'})",
                "Check indentation, colons and quotes on this line and the one before.",
                mark.line + 1 if mark else None,
                place="line",
            )
        ) from None
    except (YAMLError, RecursionError):
        raise UserError(Problem(file, "not valid YAML", "Save it as plain UTF-8 text.")) from None
    if not isinstance(raw, CommentedMap):
        raise UserError(Problem(file, "holds no keys", start))
    return raw


def _plain(node: Any) -> Any:
    """The YAML node as plain dicts and lists; keys such as NO stay text (YAML 1.2)."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, Sequence) and not isinstance(node, str):
        return [_plain(value) for value in node]
    return node


def _problem(model: type[BaseModel], raw: CommentedMap, error: dict[str, Any], file: str, what: str) -> Problem:
    location = [part for part in error["loc"] if part != "[key]"]
    field = ".".join(str(part) for part in location) or None
    reason, mend = _reason(model, error, location, what)
    return Problem(file, reason, mend, _line(raw, location), field, "line")


def _reason(model: type[BaseModel], error: dict[str, Any], location: list[Any], what: str) -> tuple[str, str]:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return "unknown key", did_you_mean(str(location[-1]), _keys_at(model, location[:-1]))
    if kind == "missing":
        return "the key is missing", f"Add `{location[-1]}:` to the {what}."
    if kind == "enum":
        choices = [choice.strip("' ") for choice in context["expected"].replace(" or ", ", ").split(", ")]
        return "not one of the values allowed", did_you_mean(str(error["input"]), choices)
    if kind == "value_error":
        return str(context["error"]), ""
    if kind.startswith("date"):
        return "not a day", "Write it as YYYY-MM-DD."
    if kind == "string_pattern_mismatch":
        return "not a valid name", "Use lower-case letters, digits, dots and hyphens."
    if kind in _EXPECTED:
        return f"not {_EXPECTED[kind]}", _MENDS.get(_EXPECTED[kind], "")
    if kind in _LIMITS:
        name, words = _LIMITS[kind]
        return "out of range", f"Write a number {words} {context[name]:g}."
    message = str(error["msg"])
    return message[0].lower() + message[1:], ""


def _keys_at(root: type[BaseModel], location: Sequence[Any]) -> list[str]:
    """The keys that the model at this place knows."""
    model: Any = root
    for part in (part for part in location if isinstance(part, str)):  # a list's entries share their model
        field = model.model_fields.get(part) if _is_model(model) else None
        model = field.annotation if field else None
        model = next((a for a in getattr(model, "__args__", ()) if _is_model(a)), model)
    return list(model.model_fields) if _is_model(model) else []


def _is_model(kind: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _line(raw: Any, location: Sequence[Any]) -> int | None:
    """The line of the deepest part of the location that stands in the file."""
    node, line = raw, None
    for part in location:
        try:
            if isinstance(node, CommentedMap) and part in node:
                line = node.lc.key(part)[0] + 1
            elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
                line = node.lc.item(part)[0] + 1
            else:
                break
            node = node[part]
        except (KeyError, TypeError):
            break
    return line
