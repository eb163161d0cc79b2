#!/usr/bin/env python3
"""Writes bpe_golden.json: what an implementation that is not ours makes of tiny.txt.

Merges: counted anew at every step, over words cut by Hugging Face's `tokenizers`; of equally frequent pairs the greater
one (as byte strings) wins. Ids: by `tokenizers`, with these merges. Needs `pip install tokenizers`.
"""
import collections
import json
import pathlib
import random
import unicodedata

from tokenizers import Tokenizer, models, pre_tokenizers

VOCABULARY, RANDOM_CHARACTERS = 400, 3000
HERE = pathlib.Path(__file__).parent


def alphabet():
    itself = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [b for b in range(256) if b not in itself]
    return {**{b: chr(b) for b in itself}, **{b: chr(0x100 + i) for i, b in enumerate(others)}}


def learn(text, cut, name, byte):
    words = collections.Counter(word for word, _ in cut.pre_tokenize_str(text))
    words = {tuple(bytes([byte[c]]) for c in word): n for word, n in words.items()}
    tokens, merges = [bytes([b]) for b in range(256)], []
    while len(tokens) < VOCABULARY:
        pairs = collections.Counter()
        for word, n in words.items():
            for pair in zip(word, word[1:]):
                pairs[pair] += n
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        tokens.append(best[0] + best[1])
        merged = collections.Counter()
        for word, n in words.items():
            out, i = [], 0
            while i < len(word):
                both = word[i : i + 2] == best
                out.append(best[0] + best[1] if both else word[i])
                i += 2 if both else 1
            merged[tuple(out)] += n
        words = merged
    written = lambda token: "".join(name[b] for b in token)
    return {written(t): i for i, t in enumerate(tokens)}, [(written(a), written(b)) for a, b in merges]


def character(draw):
    while True:
        kind = draw.random()
        c = chr(draw.randrange(0x80) if kind < 0.4 else draw.randrange(0x3100) if kind < 0.8 else draw.randrange(0x110000))
        if unicodedata.category(c) not in ("Cs", "Cn"):
            return c


def main():
    text = (HERE / "tiny.txt").read_text(encoding="utf-8")
    name = alphabet()
    cut = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    vocabulary, merges = learn(text, cut, name, {c: b for b, c in name.items()})
    official = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    official.pre_tokenizer = cut
    draw = random.Random(1)
    texts = [
        "", " ", "  ", "\n", " \n\n  x", "x   ", "I'll say it's what they'd've done, isn't it? I'LL",
        "tabs\tand\r\nlines \x85and\u00a0no-break\u3000spaces\u180e\u200b.", "1234567890 ½ ² Ⅷ ٣٤", "naïve café Ωμέγα мир",
        "日本語のテキスト 한국어 ไทย", "🙂👩‍👩‍👧‍👦 e\u0301", "Ā is no end", "the\x00end", " \x00! \x00", "a" * 100, " " * 200 + "b",
        "<|endoftext|> is text", text[:700], "".join(character(draw) for _ in range(RANDOM_CHARACTERS)),
    ]
    def word_lengths(t):
        return [sum(1 for c in word) for word, _ in cut.pre_tokenize_str(t)]  # one character a byte

    golden = {
        "vocabulary": VOCABULARY,
        "merges": [" ".join(pair) for pair in merges],
        "texts": [{"text": t, "words": word_lengths(t), "ids": official.encode(t).ids} for t in texts],
    }
    (HERE / "bpe_golden.json").write_text(json.dumps(golden, ensure_ascii=True, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
