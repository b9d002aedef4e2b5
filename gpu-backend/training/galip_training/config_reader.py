"""Reads nested dataclasses from JSON and names every problem at once."""

import dataclasses
import typing
from typing import Any


class ConfigError(ValueError):
    """All that is wrong with a configuration, one line each."""

    def __init__(self, source: str, problems: list):
        super().__init__(f"{source}:\n  " + "\n  ".join(problems))
        self.problems = problems


def setting(default: Any, **bounds: Any) -> Any:
    """A field with bounds: `above`, `at_least`, `below`, `at_most` or `allowed` (a tuple)."""
    return dataclasses.field(default=default, metadata=bounds)


def read_section(kind: type, data: Any, path: str, problems: list) -> Any:
    """An instance of the dataclass `kind`; what is wrong goes to `problems`, with a default in its place."""
    if not isinstance(data, dict):
        problems.append(f"{path or 'configuration'}: is {data!r}; must be an object")
        return kind()
    fields = {field.name: field for field in dataclasses.fields(kind)}
    hints = typing.get_type_hints(kind)
    prefix = f"{path}." if path else ""
    for name in data.keys() - fields.keys():
        problems.append(f"{prefix}{name}: is not a setting; allowed are {', '.join(sorted(fields))}")
    values = {}
    for name in fields.keys() & data.keys():
        if dataclasses.is_dataclass(hints[name]):
            values[name] = read_section(hints[name], data[name], prefix + name, problems)
            continue
        value, problem = read_value(data[name], hints[name], fields[name].metadata)
        if problem:
            problems.append(f"{prefix}{name}: is {data[name]!r}; must be {problem}")
        else:
            values[name] = value
    return kind(**values)


def read_value(value: Any, hint: Any, bounds: Any):
    """The value and None, or None and what it must be."""
    if typing.get_origin(hint) is tuple:
        item_hint = typing.get_args(hint)[0]
        if not isinstance(value, (list, tuple)):
            return None, f"a list of {item_hint.__name__}"
        items = [read_value(item, item_hint, bounds) for item in value]
        problem = next((problem for _, problem in items if problem), None)
        return tuple(item for item, _ in items), problem and f"a list, each {problem}"
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if hint is not Any and (not isinstance(value, hint) or (isinstance(value, bool) and hint is not bool)):
        return None, f"of type {hint.__name__}"
    tests = {
        "above": ("above", lambda bound: value > bound),
        "at_least": ("at least", lambda bound: value >= bound),
        "below": ("below", lambda bound: value < bound),
        "at_most": ("at most", lambda bound: value <= bound),
        "allowed": ("one of", lambda bound: value in bound),
    }
    for name, bound in bounds.items():
        words, test = tests[name]
        if not test(bound):
            return None, f"{words} {', '.join(map(repr, bound)) if isinstance(bound, tuple) else bound}"
    return value, None
