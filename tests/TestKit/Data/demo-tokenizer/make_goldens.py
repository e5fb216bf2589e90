"""Writes ids.json and texts.json anew: what Hugging Face's tokenizers makes of texts with the demo's tokenizer.

ids.json: sentences of the corpus without special tokens, for the encoder that the pre-training uses; its texts stay, their ids are made again.
texts.json: everything that may come from outside, for the tokenizer that everything else uses.

Run where python3-tokenizers is installed (made with Debian sid's, 0.23.1), after each change of models/demo-base/tokenizer.json or examples/demo:
    python3 make_goldens.py
"""
import json
import pathlib
import random

import tokenizers
from tokenizers import Tokenizer

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[3]
DEMO = ROOT / "examples" / "demo"

WHITESPACE = [
    "", " ", "  ", "   ", "\n", "\n\n", "\n\n\n", "\t", "\t\t", "\r\n", " \n ", "\n \n", "a  b", "a   b", "a\tb", "a\n\nb", "  a", "a  ", "   a   b   ",
    "a \n b", "a\r\nb\r\n", "\u00a0", "a\u00a0b", "\u2003a\u2003", "\u3000\u3000", "\u200b", "a\u200bb", "\ufeffa", "\x0b\x0c", "a\x00b", "\x7f",
]
UNICODE = [
    "naïve café", "nai\u0308ve cafe\u0301", "Ångström", "A\u030angstro\u0308m", "ﬁne", "①②", "straße STRASSE", "İstanbul ı",
    "Привет, мир!", "Γειά σου", "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd", "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645", "नमस\u094dत\u0947",
    "สว\u0e31สด\u0e35", "… — – “quoted” ‘single’", "½ ² ⁵ Ⅷ", "𝔄𝔅", "𐌰𐌱", "a\u0300\u0301\u0302\u0303", "\u202eabc\u202c",
    "\ud7ff\ue000", "\uffff", "\U0010ffff", "\u00ad", "\u2028\u2029",
]
EMOJI = [
    "🙂", "🙂🙂", "ok 👍", "👍\U0001f3fd", "👨\u200d👩\u200d👧\u200d👦", "🏳\ufe0f\u200d🌈", "🇩🇪", "❤\ufe0f", "1\ufe0f\u20e3", "☀",
    "a🙂b", " 🙂 ", "🤷\u200d♀\ufe0f shrug",
]
CJK = [
    "你好，世界。", "我是小星。", "谁造了你？星火工坊。", "こんにちは世界", "カタカナ \uff76ﾀ\uff76ﾅ", "안녕하세요", "한", "混合 mixed 文字 text", "ＡＢＣ１２３",
    "𠀀𪛖", "「引用」", "百分之九十五％95%",
]
WORDS = [
    "it's we'll they're I'm you've he'd isn't", "IT'S WE'LL", "12345 1,234.56 0x1F 1e-5", "007", "CamelCaseWord snake_case_word kebab-case-word", "a.b.c", "!!!???...", "#tag @name", "https://example.org/a?b=c&d=e#f",
    "name@example.org", "C:\\path\\file.txt", "<html><body>&amp;</body></html>", "{\"key\": [1, 2, 3]}", "def f(x):\n    return x + 1\n", "SELECT * FROM t WHERE a = 'b';", "{{name}} made by {{author}}", "\\n is not a line", "a+b=c", "50%", "$9.99", "€5",
]


def taken(items, count):
    """Evenly from the whole list, so that every kind is there."""
    return [items[index * len(items) // count] for index in range(count)]


def demo_texts():
    texts = []
    for name in ("persona.json", "replay.json"):
        samples = json.loads((DEMO / name).read_text(encoding="utf-8"))
        texts += [sample["instruction"] for sample in taken(samples, 20)] + [sample["output"] for sample in taken(samples, 20)]
    for file in sorted((DEMO / "questions").glob("*.jsonl")):
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        texts += [line["prompt"] for line in taken(lines, 10)]
    return texts


def special_texts(specials):
    first = specials[0]
    together = "".join(specials)
    texts = [together, " ".join(specials), together * 3, first[:-1], first[1:], first.upper(), first.replace("<", "< ")]
    for special in specials:
        texts += [special, f"a{special}b", f"a {special} b", f"{special}\n", f"\n{special}Who are you?", special + special]
    return texts


def long_texts():
    return ["a" * 5000, "ab " * 2000, " " * 3000, "\n" * 1000, "中" * 2000, "🙂" * 500, "Who are you? " * 400, "x" + " " * 999 + "y", "0123456789" * 300]


def random_texts(specials):
    rng = random.Random(20261128)
    ranges = [(0x20, 0x7E), (0x20, 0x7E), (0x00, 0x1F), (0xA0, 0x24F), (0x370, 0x5FF), (0x2000, 0x206F), (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0x1F300, 0x1FAFF), (0x300, 0x36F)]
    texts = []
    for _ in range(80):
        parts = []
        for _ in range(rng.randrange(1, 40)):
            low, high = rng.choice(ranges)
            parts.append(rng.choice(specials) if rng.random() < 0.05 else chr(rng.randint(low, high)))
        texts.append("".join(parts))
    return texts


def main():
    tokenizer = Tokenizer.from_file(str(ROOT / "models" / "demo-base" / "tokenizer.json"))

    file = HERE / "ids.json"
    cases = json.loads(file.read_text(encoding="utf-8"))
    for case in cases:
        case["ids"] = tokenizer.encode(case["text"], add_special_tokens=False).ids
    file.write_text("[\n" + ",\n".join("  " + json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n", encoding="utf-8")

    specials = [token.content for _, token in sorted(tokenizer.get_added_tokens_decoder().items())]
    texts = demo_texts() + WHITESPACE + UNICODE + EMOJI + CJK + WORDS + special_texts(specials) + long_texts() + random_texts(specials)
    rows = []
    for text in dict.fromkeys(texts):
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        rows.append({
            "text": text,
            "ids": ids,
            "decoded": tokenizer.decode(ids, skip_special_tokens=False),
            "decoded_without_special": tokenizer.decode(ids, skip_special_tokens=True),
        })
    lines = ",\n".join(json.dumps(row, ensure_ascii=True, separators=(",", ":")) for row in rows)
    (HERE / "texts.json").write_text(f'{{"made_with":"tokenizers {tokenizers.__version__}","texts":[\n{lines}\n]}}\n', encoding="utf-8")


main()
