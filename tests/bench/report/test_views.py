#!/usr/bin/env python3
"""The views of a benchmark that was made up (scene.c), against golden files and bench.json.

  test_views.py BENCH_SCENE SCHEMA            tests
  test_views.py --update BENCH_SCENE SCHEMA   writes golden/ anew (read it before you commit it)
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import jsonschema

import check_views
import recompute_bench
import run_figures

GOLDEN = pathlib.Path(__file__).parent / "golden"
FILES = ("terminal.txt", "narrow.txt", "wide.txt", "colour.txt", "report.md", "report.csv")
COLOUR = re.compile("\033\\[[0-9;]*m")


def read(path):
    return path.read_bytes().decode()


class Views(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.out = pathlib.Path(cls.folder.name)
        subprocess.run([SCENE, cls.out], check=True)
        cls.document = json.loads(read(cls.out / "bench.json"))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_golden(self):
        for name in FILES:
            with self.subTest(name):
                self.assertEqual(read(self.out / name).splitlines(),
                                 read(GOLDEN / name).splitlines())

    def test_document(self):
        with open(SCHEMA, encoding="utf-8") as file:
            schema = jsonschema.Draft202012Validator(json.load(file))
        self.assertEqual([e.message for e in schema.iter_errors(self.document)], [])
        self.assertEqual(recompute_bench.check_document(self.document), [])

    def test_nothing_is_wider_than_the_terminal(self):
        for name, width in (("terminal.txt", 80), ("narrow.txt", 60), ("wide.txt", 160)):
            for line in read(self.out / name).splitlines():
                # A word alone, as a file's name, may stand out.
                self.assertTrue(len(line) <= width or " " not in line.strip(), line)

    def test_verdict_comes_first(self):
        lines = read(self.out / "terminal.txt").splitlines()
        self.assertIn("opencl pocl:0 wins", lines[0])
        self.assertIn("rows INVALID", " ".join(lines[:2]))
        self.assertIn("A Processor, 8 cores", " ".join(lines[:4]))
        for workload in ("hierarchy", "radon", "tiny"):
            self.assertTrue(any(line.startswith(workload + ": ") for line in lines[:10]))

    def test_joules_that_nothing_tells(self):
        told = read(self.out / "terminal.txt")
        untold = " ".join(read(self.out / "no_joules.txt").split())
        self.assertIn("ESS/joule", told)
        self.assertNotIn("unavailable", told)
        self.assertNotIn("ESS/joule", untold)
        self.assertEqual(untold.count("unavailable ESS a joule: no RAPL in /powercap"), 1)

    def test_colour_changes_nothing_else(self):
        self.assertEqual(COLOUR.sub("", read(self.out / "colour.txt")),
                         read(self.out / "terminal.txt"))
        self.assertNotIn("\033", read(self.out / "terminal.txt"))

    def check(self, name, text):
        checks = {"md": check_views.check_markdown, "txt": check_views.check_terminal,
                  "csv": lambda document, text: check_views.check_csv(
                      document, text, run_figures.figures_of_run)}
        return checks[name.rpartition(".")[2]](self.document, text)

    def test_every_figure(self):
        for name in ("terminal.txt", "wide.txt", "report.md", "report.csv"):
            with self.subTest(name):
                self.assertEqual(self.check(name, read(self.out / name)), [])

    def test_altered_figures_are_found(self):
        """Numbers of the tables whose first digit is another one."""
        for name, every in (("wide.txt", 2), ("report.md", 3), ("report.csv", 53)):
            text, numbers = read(self.out / name), 0
            for k, number in enumerate(re.finditer(r"(?<![\w.])[1-9](?=[\d.,e]*[\s|,%)–])", text)):
                start = text.rfind("\n", 0, number.start()) + 1
                line = text[start:text.find("\n", number.start())]
                if k % every or not self.is_figure(name, line):
                    continue
                numbers += 1
                altered = text[:number.start()] + str(int(number[0]) % 9 + 1) + text[number.end():]
                with self.subTest(f"{name}, {number.start() - start}: {line}"):
                    self.assertNotEqual(self.check(name, altered), [])
            self.assertGreater(numbers, 50)

    @staticmethod
    def is_figure(name, line):
        if name == "report.csv":
            return not line.startswith("id,")
        if name == "report.md":
            return line.startswith("| ") and not any(
                word in line for word in ("| verdict |", "INVALID", "skipped"))
        return bool(re.match(r"(cpu|opencl|peer)\S* .*(valid|FASTER|SLOWER|SAME)", line))

    def test_altered_sentences_are_found(self):
        text = " ".join(read(self.out / "terminal.txt").split("\n\n")[0].split())
        rest = read(self.out / "terminal.txt").partition("\n\n")[2]
        whole = text + "\n\n" + rest
        self.assertEqual(self.check("terminal.txt", whole), [])
        for pattern, new in ((r"hierarchy: opencl pocl:0", "hierarchy: cpu"),
                             (r"(wins with )\d", r"\g<1>9"), (r"ESS/s, 2", "ESS/s, 3"),
                             (r"times cpu", "times biased cpu"), (r"(95 %: )2", r"\g<1>1"),
                             (r"(has most, )9", r"\g<1>8"), (r"(run by run )1", r"\g<1>2"),
                             (r"tiny: undecided", "tiny: decided"),
                             (r"(and opencl pocl:0 \()2", r"\g<1>3"),
                             (r"hierarchy: (opencl pocl:0) wins with (\S+) ESS/s, (\S+) times cpu",
                              r"hierarchy: undecided between \1 (\2 ESS/s) and cpu (20,000): "
                              r"run by run \3 times")):
            with self.subTest(pattern):
                altered = re.sub(pattern, new, whole, count=1)
                self.assertNotEqual(altered, whole)
                self.assertNotEqual(self.check("terminal.txt", altered), [])

    def test_hidden_rows_are_found(self):
        text = read(self.out / "report.md")
        for part in ("| crashes ", "no end within 3600 s", "libcuda.so.1 isn't there",
                     "| opencl pocl:0+pocl:1 |"):
            self.assertIn(part, text)
            self.assertNotEqual(self.check("report.md", text.replace(part, "| nobody ")), [])


if __name__ == "__main__":
    update = sys.argv[1] == "--update"
    SCENE, SCHEMA = sys.argv[1 + update:3 + update]
    if update:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([SCENE, folder], check=True)
            GOLDEN.mkdir(exist_ok=True)
            for name in FILES:
                shutil.copy(pathlib.Path(folder) / name, GOLDEN / name)
    else:
        unittest.main(argv=sys.argv[:1])
