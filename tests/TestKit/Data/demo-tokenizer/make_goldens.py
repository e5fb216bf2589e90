"""Writes ids.json anew: what Hugging Face's tokenizers makes of its texts with the demo's tokenizer.

Run where python3-tokenizers is installed (made with Debian sid's, 0.23.1), after each change of models/demo-base/tokenizer.json:
    python3 make_goldens.py ../../../../models/demo-base/tokenizer.json
"""
import json
import pathlib
import sys

from tokenizers import Tokenizer

tokenizer = Tokenizer.from_file(sys.argv[1])
file = pathlib.Path(__file__).with_name("ids.json")
cases = json.loads(file.read_text(encoding="utf-8"))
for case in cases:
    case["ids"] = tokenizer.encode(case["text"], add_special_tokens=False).ids
file.write_text("[\n" + ",\n".join("  " + json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n", encoding="utf-8")
