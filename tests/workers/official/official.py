#!/usr/bin/env python3
"""What Hugging Face's libraries make of texts and of a tokenizer that genloss wrote.

official.py gpt2 VOCAB.json MERGES.txt FOLDER   writes GPT-2's tokenizer.json by `tokenizers`
official.py random COUNT FILE                   writes that many random characters
official.py compare FOLDER [TEXT IDS]...        IDS: int32 of TEXT, as genloss encodes it; prints "equal" or what differs
"""
import array
import os
import random
import sys
import unicodedata

os.environ["TRANSFORMERS_OFFLINE"] = os.environ["HF_HUB_OFFLINE"] = "1"


def gpt2(vocabulary, merges, folder):
    from tokenizers import ByteLevelBPETokenizer

    ByteLevelBPETokenizer(vocabulary, merges, add_prefix_space=False).save(folder + "/tokenizer.json")


def some(draw):
    """A character of any kind that PCRE2's tables (Unicode 14) know; ASCII and white space more often."""
    while True:
        kind = draw.random()
        if kind < 0.3:
            c = draw.choice(" \n\t'sdtmlrve\u00a0\u1680\u2003\u2028\u3000")
        else:
            c = chr(draw.randrange(0x80 if kind < 0.5 else 0x3100 if kind < 0.8 else 0x110000))
        if unicodedata.category(c) not in ("Cs", "Cn"):
            return c


def write_random(count, file):
    assert unicodedata.unidata_version <= "14.9", "younger characters than PCRE2 knows"
    draw = random.Random(1)
    with open(file, "w", encoding="utf-8", newline="") as out:
        out.write("".join(some(draw) for _ in range(count)))


def compare(folder, pairs):
    from tokenizers import Tokenizer
    from transformers import AutoTokenizer

    official = Tokenizer.from_file(folder + "/tokenizer.json")
    auto = AutoTokenizer.from_pretrained(folder) if os.path.exists(folder + "/tokenizer_config.json") else None
    for text_file, ids_file in zip(pairs[::2], pairs[1::2]):
        with open(text_file, encoding="utf-8", newline="") as opened:
            text = opened.read()
        ours = array.array("i")
        with open(ids_file, "rb") as opened:
            ours.frombytes(opened.read())
        theirs = official.encode(text).ids
        if list(ours) != theirs:
            at = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))
            sys.exit(f"{text_file}: token {at} of {len(ours)} and {len(theirs)}: {list(ours[at-2:at+4])}, {theirs[at-2:at+4]}")
        if official.decode(theirs, skip_special_tokens=False) != text:
            sys.exit(f"{text_file}: it does not come back")
        if auto is not None and auto(text[:20000]).input_ids != official.encode(text[:20000]).ids:
            sys.exit(f"{text_file}: transformers and tokenizers differ")
    print("equal")


if __name__ == "__main__":
    if sys.argv[1] == "gpt2":
        gpt2(*sys.argv[2:5])
    elif sys.argv[1] == "random":
        write_random(int(sys.argv[2]), sys.argv[3])
    else:
        compare(sys.argv[2], sys.argv[3:])
