"""Writes arguments.tsv: every key of LLaMA-Factory's `train`, its types and its words. Run it by the Python of the LLaMA-Factory that is pinned:

    python3 arguments.py arguments.tsv
"""

import dataclasses
import enum
import sys
import types
import typing

import transformers
from llamafactory.extras.env import VERSION
from llamafactory.hparams.parser import _TRAIN_ARGS

KINDS = {bool: "bool", int: "int", float: "float", str: "text", list: "list", dict: "map", tuple: "list"}


def describe(annotation):
    """(kinds, words) of a field's type."""
    origin = typing.get_origin(annotation)
    if origin is typing.Literal:
        return {"text"}, [str(word) for word in typing.get_args(annotation)]
    if origin in (typing.Union, types.UnionType):
        kinds, words = set(), []
        for part in typing.get_args(annotation):
            if part is not type(None):
                more, some = describe(part)
                kinds |= more
                words += some
        return kinds, words
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return {"text"}, [str(item.value) for item in annotation]
    return {KINDS.get(origin or annotation, "any")}, []


seen = {}
for arguments in _TRAIN_ARGS:
    hints = typing.get_type_hints(arguments)
    for field in dataclasses.fields(arguments):
        if field.init and field.name not in seen:
            seen[field.name] = describe(hints[field.name])

with open(sys.argv[1], "w", encoding="utf-8") as table:
    print(f"# LLaMA-Factory {VERSION}, transformers {transformers.__version__}: key, types, words. Made by arguments.py.", file=table)
    for name in sorted(seen):
        kinds, words = seen[name]
        print(f"{name}\t{','.join(sorted(kinds))}\t{','.join(words)}", file=table)
print(f"{len(seen)} keys")
