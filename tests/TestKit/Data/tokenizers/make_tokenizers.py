#!/usr/bin/env python3
"""Makes the small tokenizers unigram/ and wordpiece/ of our own and ids.json, with Hugging Face's tokenizers. See README.md."""

import json
import pathlib
import random

import tokenizers
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

HERE = pathlib.Path(__file__).parent

CORPUS = [
    "The quick brown fox jumps over the lazy dog.", "Pack my box with five dozen liquor jugs!", "We train small models on small machines.",
    "数据集和模型都在这里。", "训练、检验、导出与本地部署", "Ein schöner Tag für Übung und Größe.", "ceci n'est pas une pipe, c'est écrit là",
    "def f(x):\n    return x ** 2  # square", "one two three four five six seven eight nine ten", "0 1 2 3 4 5 6 7 8 9 10 2026",
] * 20

TEXTS = [
    "", " ", "  ", "\n", "\t\t\n\n", "Hello", " Hello", "Hello ", "  two  spaces  ", "Hello world", "hello WORLD Hello", "The quick brown fox jumps over the lazy dog.",
    "What is 40 plus 0?", "Repeat the sentence.\nThe dark city reads the bright forest quietly.", "it's I'll we've don't CAN'T O'Neil",
    "1 12 123 1234 12345 3.14159 1,000,000 0x1F 1e-5", "请重复这句话。\n数据建造狗。", "你好，世界！这是一个测试。", "日本語のテキストとカタカナ", "한국어 텍스트", "中文 mixed with English 和 numbers 123",
    "🙂", "👩‍👩‍👧‍👦", "👍🏽👍🏿", "🇩🇪🇯🇵", "a🙂b👩‍🚀c", "e\u0301 \u00e9 n\u0303 \u00f1", "Z\u0351\u036b\u0343a\u0321\u0353lgo\u0337", "\u1e9b\u0323 \ufb01 \u2460 ①②",
    "𠀀𠀁𪚥 CJK extension", "𝓗𝓮𝓵𝓵𝓸 𝟙𝟚𝟛", "𞤀𞤣𞤤𞤢𞤥", "\u0627\u0644\u0633\u0644\u0627\u0645 \u0639\u0644\u064a\u0643\u0645", "שלום עולם", "नमस्ते दुनिया", "สวัสดีชาวโลก", "Привет, мир!", "Γειά σου Κόσμε",
    "\x00", "a\x00b", "\x01\x02\x1f\x7f\x80\x9f", "\ufeffbom", "\u200b\u200c\u200d\u2060", "\u00a0nbsp\u2003em\u3000ideographic", "\ufffd\ufffe\uffff", "\r\n windows \r mac \n unix", "\u2028\u2029",
    "<s>", "</s>", "<s>[INST] Hi [/INST] Hello</s>", "a<s>b</s>c", "<unk>", "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", "x<|im_end|>y<|endoftext|>z", "<think>\n\n</think>\n\nok", "<tool_call>{\"a\": 1}</tool_call>",
    "<|im_start|><|im_start|>", " <|im_end|> ", "<|im_start", "<|IM_START|>", "▁", "▁▁a ▁", "Ġ Ċ", "<0x41>", "[CLS] [SEP] [MASK]",
    "def f(x):\n    if x > 0:\n        return x ** 2\n    else:\n\t\treturn None", "{\"key\": [1, 2, {\"nested\": null}]}", "https://example.org/path?q=1&r=2#frag", "a@b.co", "C:\\Users\\x\\y.txt", "----====____....!!!???", "((([[[{{{}}}]]])))",
    "a" * 500, " " * 500, "\n" * 100, "ab " * 200, "中" * 200, "🙂" * 60, ".,;:" * 50, "1" * 300,
]


def random_texts():
    rng = random.Random(20261124)
    ranges = [(0x20, 0x7e)] * 4 + [(0x09, 0x0d), (0xa0, 0x24f), (0x300, 0x36f), (0x370, 0x4ff), (0x590, 0x6ff), (0x900, 0x97f), (0xe00, 0xe7f), (0x2000, 0x206f), (0x2190, 0x27bf),
                                  (0x3040, 0x30ff), (0x4e00, 0x9fff), (0xac00, 0xd7a3), (0xe000, 0xf8ff), (0xfe00, 0xfe0f), (0x10000, 0x10ffff), (0x1f300, 0x1faff), (0x20000, 0x2a6df), (0x1d400, 0x1d7ff)]
    special = ["<s>", "</s>", "<|im_start|>", "<|im_end|>", "<think>", "<|endoftext|>", "  ", "\n\n", "'s", "'LL"]
    texts = []
    for _ in range(400):
        parts = []
        for _ in range(rng.randrange(1, 40)):
            if rng.random() < 0.1:
                parts.append(rng.choice(special))
            else:
                low, high = rng.choice(ranges)
                parts.append(chr(rng.randint(low, high)))
        texts.append("".join(parts))
    return [text for text in texts if not any(0xD800 <= ord(c) <= 0xDFFF for c in text)]


def make_unigram():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(tokenizers.Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    trainer = trainers.UnigramTrainer(vocab_size=260, special_tokens=["<s>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def make_wordpiece():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=300, special_tokens=["[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def main():
    for name, make in {"unigram": make_unigram, "wordpiece": make_wordpiece}.items():
        folder = HERE / name
        if not (folder / "tokenizer.json").exists():
            folder.mkdir(exist_ok=True)
            make().save(str(folder / "tokenizer.json"))
    texts = TEXTS + random_texts()
    goldens = {"made_with": f"tokenizers {tokenizers.__version__}", "texts": texts, "tokenizers": {}}
    for folder in sorted(path.parent for path in HERE.glob("*/tokenizer.json")):
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
        goldens["tokenizers"][folder.name] = {
            "ids": ids,
            "decoded": [tokenizer.decode(part, skip_special_tokens=False) for part in ids],
            "decoded_without_special": [tokenizer.decode(part, skip_special_tokens=True) for part in ids],
        }
    (HERE / "ids.json").write_text(json.dumps(goldens, ensure_ascii=True, separators=(",", ":")).replace("],[", "],\n[") + "\n")


main()
