#!/usr/bin/env python3
"""Makes snippets.json and texts.json with the real Jinja2, set up by transformers itself. See README.md."""

import copy
import json
import pathlib
import random
import re
import sys
import warnings

import jinja2
import transformers
from transformers.utils.chat_template_utils import _compile_jinja_template

from snippets import FAILING, SNIPPETS

warnings.simplefilter("ignore", SyntaxWarning)  # Jinja compiles "5[0]" to Python, which remarks on it
HERE = pathlib.Path(__file__).parent

CONTEXT = {
    "a": "A",
    "one": 1, "two": 2, "minus": -3, "zero": 0, "half": 2.5, "empty": "", "ab": "ab", "abc": "Abc d", "nothing": None, "yes": True, "no": False,
    "numbers": [1, 2], "letters": ["b", "a"], "small": {"k": 1},
    "b": "B",
    "s": "hello",
    "emoji": "a🙂b👍🏽c",
    "items": ["x", "y", 3],
    "d": {"key": "value", "items": "shadow", "n": 1},
    "nested": {"name": "tool", "list": [1, 2.5, None, True, "é"], "empty": [], "map": {"k": {}}},
    "people": [
        {"name": "Al", "age": 30, "admin": True, "address": {"city": "Oslo"}},
        {"name": "Bo", "age": 20, "admin": False},
        {"name": "Cy", "age": 25, "admin": True, "address": {"city": "Rome"}},
    ],
    "tree": [{"name": "r", "children": [{"name": "c1", "children": []}, {"name": "c2", "children": [{"name": "g"}]}]}],
    "messages": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": " Hi "},
        {"role": "assistant", "content": "Hello"},
    ],
}


def render(template, context):
    try:
        return {"expected": _compile_jinja_template(template).render(**copy.deepcopy(context))}
    except Exception as error:  # every failure counts, whatever its type
        return {"error": str(error)}


def split(text):
    """One snippet a line; a line that begins with white space or follows an open tag belongs to the one before it."""
    lines = text.strip("\n").split("\n")
    blocks = []
    for line in lines:
        if blocks and (re.match(r"^(\s|line2|tail|kept newline|over lines|z$|continued|\{%- endfor %\}$)", line)):
            blocks[-1] += "\n" + line
        else:
            blocks.append(line)
    return blocks


def random_expression(rng, depth=0):
    # Variables instead of constants: Jinja computes constant parts by other rules ("5[1:]" is undefined, "five[1:]" an error).
    atoms = ["one", "two", "minus", "zero", "half", "empty", "ab", "abc", "a", "s", "emoji", "items", "d", "nothing", "yes", "no", "missing",
             "numbers", "letters", "(one, ab)", "small", "messages", "people", "d.key", "items[0]", "s[1:]", "range(two)|list"]
    if depth > 3 or rng.random() < 0.25:
        return rng.choice(atoms)
    inner = lambda: random_expression(rng, depth + 1)
    kind = rng.randrange(9)
    if kind == 0:
        return f"({inner()} {rng.choice(['+', '-', '*', '/', '//', '%', '~', 'and', 'or', '==', '!=', '<', '>', 'in', 'not in'])} {inner()})"
    if kind == 1:
        return f"({inner()})|{rng.choice(['length', 'upper', 'lower', 'trim', 'first', 'last', 'string', 'list', 'tojson', 'title', 'capitalize', 'join', 'int', 'float', 'abs', 'sum', 'sort', 'reverse|list', 'unique|list'])}"
    if kind == 2:
        return f"({inner()})|{rng.choice(['default(1)', 'default(0, true)', 'join(1)', 'replace(1, 2)', 'map(' + chr(39) + 'string' + chr(39) + ')|list', 'select|list', 'round(1)', 'batch(2)|list', 'indent(2)'])}"
    if kind == 3:
        return f"(({inner()}) is {rng.choice(['', 'not '])}{rng.choice(['defined', 'none', 'string', 'mapping', 'iterable', 'sequence', 'number', 'boolean', 'true', 'odd', 'integer'])})"
    if kind == 4:
        return f"({inner()})[{rng.choice(['0', '-1', '1:', ':2', '::-1', '::2', '-2:', chr(39) + 'key' + chr(39), '1:-1', '5', '3:0:-1'])}]"
    if kind == 5:
        return f"({inner()} if {inner()} else {inner()})"
    if kind == 6:
        return f"[{inner()}, {inner()}]"
    if kind == 7:
        return f"({inner()}).{rng.choice(['upper()', 'strip()', 'split()', 'items()|list', 'key', 'title()', 'startswith(' + chr(39) + 'a' + chr(39) + ')', 'get(' + chr(39) + 'k' + chr(39) + ')', 'replace(' + chr(39) + 'a' + chr(39) + ', ' + chr(39) + 'z' + chr(39) + ')'])}"
    return f"(not {inner()})"


def random_cases(count):
    rng = random.Random(20261124)
    cases = []
    while len(cases) < count:
        template = "{{ " + random_expression(rng) + " }}"
        case = {"template": template, **render(template, CONTEXT)}
        # What prints an address or a generator has no text of its own.
        if "object at 0x" in case.get("expected", "") or "<generator" in case.get("expected", "") or "range(" in case.get("expected", ""):
            continue
        if "<built-in" in case.get("expected", "") or "dict_" in case.get("expected", "") or len(template) > 300:
            continue
        cases.append(case)
    return cases


def main():
    snippets = [{"template": text, **render(text, CONTEXT)} for text in split(SNIPPETS)]
    failing = [{"template": text, **render(text, CONTEXT)} for text in FAILING.strip("\n").split("\n")]
    wrong = [case for case in snippets if "error" in case and "strftime" not in case["template"]] + [case for case in failing if "expected" in case]
    for case in wrong:
        print("unexpected:", json.dumps(case, ensure_ascii=False), file=sys.stderr)
    # The address of the dict's method differs from run to run.
    snippets = [case for case in snippets if "object at 0x" not in case.get("expected", "") and "<built-in" not in case.get("expected", "")]
    contexts = json.loads((HERE / "contexts.json").read_text())
    texts = []
    for path in sorted((HERE / "texts").glob("*.jinja")):
        for name, context in contexts.items():
            context = {"tools": None, "documents": None, **context}
            texts.append({"template": path.name, "context": name, **render(path.read_text(), context)})
    made_with = f"jinja2 {jinja2.__version__}, transformers {transformers.__version__}"
    write("snippets.json", {"made_with": made_with, "context": CONTEXT, "cases": snippets + failing + random_cases(1200)})
    write("texts.json", {"made_with": made_with, "cases": texts})


def write(name, value):
    (HERE / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


main()
