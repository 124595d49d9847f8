"""YAML whose nesting is bounded, whatever version of libyaml reads it.

The bound is ours, as libyaml's own differs: PyYAML 6.0.4 is the first that has one (a thousand levels), and below it
the composer of `yaml.load` recurses in C until the stack ends. libyaml reads ahead, so a text that exceeds both bounds
may be refused by it before the events up to ours have come.
"""

from __future__ import annotations

from typing import Any

import yaml

__all__ = ["is_too_deep", "load_yaml"]

_MAX_DEPTH = 60
_STARTS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


def is_too_deep(error: yaml.MarkedYAMLError) -> bool:
    """Tell whether libyaml refused a text for its nesting, which all its versions call so, and not for its syntax."""
    return "nesting" in str(error.problem).lower()


def load_yaml(text: str) -> Any:
    """Return the plain values that `text` holds, dates included.

    Raises YAMLError for everything that cannot be read: bad syntax, nesting, and values such as the 31st of February.
    """
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, _STARTS) - isinstance(event, _ENDS)
        if depth > _MAX_DEPTH:
            mark: Any = event.start_mark
            raise yaml.MarkedYAMLError(problem="it is nested too deeply", problem_mark=mark)
    try:
        return yaml.load(text, Loader=yaml.CSafeLoader)
    except ValueError as error:
        raise yaml.YAMLError(str(error)) from None
