"""Tests of .bootstrap/austen.py on data bases written here, as R itself writes them. python3 austen_test.py"""
import gzip
import importlib.util
import pathlib
import struct
import tempfile
import unittest
import zlib

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / ".bootstrap" / "austen.py"
spec = importlib.util.spec_from_file_location("austen", SCRIPT)
austen = importlib.util.module_from_spec(spec)
spec.loader.exec_module(austen)


def be(*numbers):
    return struct.pack(f">{len(numbers)}i", *numbers)


VERSION_2 = b"X\n" + be(2, 0x040203, 0x020300)
VERSION_3 = b"X\n" + be(3, 0x040203, 0x030500, 5) + b"UTF-8"


def text(value):
    return be(0x40009, len(value)) + value


def texts(*values):
    return be(16, len(values)) + b"".join(map(text, values))


def named_list(names, values, key=None):
    return be(19 | 0x200, len(values)) + b"".join(values) + be(0x402) + (key or be(1) + text(b"names")) + texts(*names) + be(254)


def record(content):
    return be(len(content)) + zlib.compress(content)


def database(first=VERSION_3 + texts("Café".encode(), b"", b"One", b"two", b"  verse", b"three"), name=b"emma", compress=gzip.compress):
    second = VERSION_2 + be(16, 2, 0x4009, 1) + b"\xe9" + be(9, -1)
    records = [record(first), record(second)]
    places = [be(13, 2, 0, len(records[0])), be(13, 2, len(records[0]), len(records[1]))]
    again = be(0x1FF)  # a reference to the symbol `names`
    index = VERSION_2 + named_list([b"variables", b"compressed"], [named_list([name, b"persuasion"], places), be(10, 1, 1)], again)
    return compress(index), b"".join(records)


class Austen(unittest.TestCase):
    def run_on(self, index, records):
        """(exit code, name -> text)"""
        with tempfile.TemporaryDirectory() as folder:
            data, out = pathlib.Path(folder, "data"), pathlib.Path(folder, "out")
            data.mkdir()
            (data / "Rdata.rdx").write_bytes(index)
            (data / "Rdata.rdb").write_bytes(records)
            code = austen.main(str(data), str(out))
            return code, {p.name: p.read_bytes().decode() for p in out.glob("*")} if out.exists() else {}

    def test_lines_of_a_paragraph_are_joined_and_indented_ones_stay(self):
        for compress in (gzip.compress, zlib.compress):
            code, novels = self.run_on(*database(compress=compress))
            self.assertEqual(code, 0)
            self.assertEqual(novels, {"emma.txt": "Café\n\nOne two\n  verse three\n", "persuasion.txt": "é\n\n"})

    def test_a_data_base_cut_off_anywhere_is_refused_and_nothing_is_written(self):
        index, records = database()
        for size in range(len(records)):
            self.assertEqual(self.run_on(index, records[:size]), (65, {}))
        for size in range(len(index)):
            self.assertEqual(self.run_on(index[:size], records)[0], 65)

    def test_bombs_deep_nesting_and_names_with_folders_are_refused(self):
        self.assertEqual(self.run_on(*database(first=VERSION_3 + texts(b" " * (austen.MOST_BYTES + 1))))[0], 65)
        self.assertEqual(self.run_on(*database(first=VERSION_3 + be(19, 1) * 100000 + be(254)))[0], 65)
        self.assertEqual(self.run_on(*database(first=VERSION_3 + be(16, 0x7FFFFFFF)))[0], 65)
        for name in (b"../emma", b"/emma", b".emma", b""):
            self.assertEqual(self.run_on(*database(name=name)), (65, {}))


if __name__ == "__main__":
    unittest.main()
