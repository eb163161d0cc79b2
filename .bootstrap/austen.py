#!/usr/bin/env python3
"""austen.py DATA OUT: Jane Austen's novels, out of the R data base of the Debian package r-cran-janeaustenr, as text files.

DATA holds Rdata.rdx, the list of variables, and Rdata.rdb, a record for each: its length and a zlib stream. Each is a
character vector of printed lines in R's serialization, XDR form (R Internals, "Serialization Formats"). The lines of a
paragraph are joined: a byte-level tokenizer has two tokens for a word, with a space before it and without, and would take the
word at a line's begin for another one. Whatever is unexpected ends it with code 65 and a line that says what.
"""
import os
import re
import struct
import sys
import zlib

MOST_BYTES = 16 << 20  # of one variable, uncompressed: the longest novel has 1 MB
MOST_NESTING = 16
SYMBOL, PAIRS, STRING, LOGICAL, INTEGER, TEXT, LIST, NOTHING, REFERENCE = 1, 2, 9, 10, 13, 16, 19, 254, 255
HAS_ATTRIBUTES, HAS_TAG, LATIN1 = 1 << 9, 1 << 10, 1 << 14


class Damaged(Exception):
    pass


def inflate(data):
    stream = zlib.decompressobj(32 + zlib.MAX_WBITS)  # zlib or gzip
    try:
        content = stream.decompress(data, MOST_BYTES)
    except zlib.error as error:
        raise Damaged(f"compressed data is damaged ({error})") from error
    if not stream.eof:
        raise Damaged(f"compressed data is cut off, or holds more than {MOST_BYTES} bytes")
    return content


class Reader:
    """One serialized value. A vector is a list; only the attribute `names` is kept: a named list is a dict."""

    def __init__(self, stream):
        self.stream, self.at, self.symbols = stream, 0, []

    def take(self, count):
        if not 0 <= count <= len(self.stream) - self.at:
            raise Damaged(f"cut off at byte {self.at}")
        self.at += count
        return self.stream[self.at - count : self.at]

    def integer(self):
        return struct.unpack(">i", self.take(4))[0]

    def value(self):
        head = self.take(2), self.integer(), self.take(8)
        if head[0] != b"X\n" or head[1] not in (2, 3):
            raise Damaged("not R's serialization of version 2 or 3 in XDR form")
        if head[1] == 3:
            self.take(self.integer())  # name of the native encoding
        return self.item(MOST_NESTING)

    def string(self):
        flags, count = self.integer(), self.integer()
        if flags & 0xFF != STRING:
            raise Damaged(f"no string at byte {self.at - 8}")
        return "" if count == -1 else self.take(count).decode("latin-1" if flags & LATIN1 else "utf-8")

    def symbol(self, flags):
        if flags & 0xFF == SYMBOL:
            self.symbols.append(self.string())
            return self.symbols[-1]
        number = flags >> 8 or self.integer()
        if flags & 0xFF != REFERENCE or not 0 < number <= len(self.symbols):
            raise Damaged(f"no symbol at byte {self.at}")
        return self.symbols[number - 1]

    def item(self, nesting):
        if nesting == 0:
            raise Damaged(f"nested deeper than {MOST_NESTING}")
        flags = self.integer()
        kind = flags & 0xFF
        if kind == NOTHING:
            return None
        if kind in (SYMBOL, REFERENCE):
            return self.symbol(flags)
        if kind not in (LOGICAL, INTEGER, TEXT, LIST):
            raise Damaged(f"R type {kind} at byte {self.at - 4} is not read here")
        read = {TEXT: self.string, LIST: lambda: self.item(nesting - 1)}.get(kind, self.integer)
        values = [read() for _ in range(self.integer())]
        return self.named(values, nesting) if flags & HAS_ATTRIBUTES else values

    def named(self, values, nesting):
        names = None
        while (flags := self.integer()) & 0xFF == PAIRS:
            tag = self.symbol(self.integer()) if flags & HAS_TAG else ""
            attribute = self.item(nesting - 1)
            names = attribute if tag == "names" else names
        if flags & 0xFF != NOTHING:
            raise Damaged(f"attributes do not end at byte {self.at}")
        return dict(zip(names, values)) if names else values


def variables(data):
    """name -> lines, of the data base in folder `data`."""
    with open(os.path.join(data, "Rdata.rdx"), "rb") as file:
        index = Reader(inflate(file.read())).value()
    with open(os.path.join(data, "Rdata.rdb"), "rb") as file:
        records = file.read()
    found = {}
    for name, (begin, count) in index["variables"].items():
        if not re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}", name):
            raise Damaged("the name of a variable cannot be the name of a file")
        if begin < 0 or count < 4 or begin + count > len(records):
            raise Damaged(f"the record of {name} lies outside of Rdata.rdb")
        content = inflate(records[begin + 4 : begin + count])
        if len(content) != struct.unpack_from(">I", records, begin)[0]:
            raise Damaged(f"{name} has another length than its record says")
        found[name] = Reader(content).value()
    return found


def joined(lines):
    """Indented lines (verse, headings) stay by themselves."""
    pieces = []
    for before, line in zip([""] + lines, lines):
        goes_on = before and line and not line.startswith(" ")
        pieces.append((" " if goes_on else "\n" if pieces else "") + line)
    return "".join(pieces) + ("\n" if lines else "")


def main(data, out):
    try:
        novels = variables(data)
        os.makedirs(out, exist_ok=True)
        for name, lines in novels.items():
            with open(os.path.join(out, name + ".txt"), "w", encoding="utf-8", newline="\n") as file:
                file.write(joined(lines))
    except (Damaged, KeyError, TypeError, ValueError, AttributeError) as error:
        print(f"read R data base {data}: {type(error).__name__}: {error}", file=sys.stderr)
        return 65
    except OSError as error:
        print(f"read R data base {data}: {error}", file=sys.stderr)
        return 74
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
