#!/usr/bin/env python3
"""Real runs compared: the same program twice, a slow backend, baselines, resuming.

  test_compare_runs.py ERGODE FOLDER_OF_WRONG_BACKENDS SCHEMAS

Documents, journals and comparisons are held against their JSON Schemas, and every figure of a
comparison is recomputed. No verdict hangs on the clock but that of the slow backend, which
sleeps half a millisecond a gradient where the other takes about a microsecond.
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import jsonschema
import referencing

sys.path.insert(0, str(Path(__file__).parent / "report"))
import check_compare  # noqa: E402
import check_page  # noqa: E402
import recompute_bench  # noqa: E402

ERGODE, WRONG, SCHEMAS = (Path(p).resolve() for p in sys.argv[1:4])
del sys.argv[1:4]
SIZE = ("eight_schools", "--chains", "1", "--threads", "1", "--warmup", "100", "--draws", "100")


def schema(name):
    with open(SCHEMAS / name, encoding="utf-8") as file:
        return json.load(file)


REGISTRY = referencing.Registry().with_resource(
    "bench.schema.json", referencing.Resource.from_contents(schema("bench.schema.json")))
VALIDATORS = {name: jsonschema.Draft202012Validator(schema(f"{name}.schema.json"),
                                                    registry=REGISTRY)
              for name in ("bench", "bench_compare", "bench_rows")}


class Compared(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.holder.name)
        for name in ("first", "second"):
            cls.run_bench(*SIZE, "--plugin", WRONG / "right.ini", "--backend", "right",
                          "--repeat", "3", "--out", name)
        cls.run_bench(*SIZE, "--plugin", WRONG / "slower" / "right.ini", "--backend", "right",
                      "--repeat", "3", "--out", "slow")

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    @classmethod
    def run_bench(cls, *words, code=0):
        environment = dict(os.environ, XDG_DATA_HOME=str(cls.folder / "data"),
                           XDG_CACHE_HOME=str(cls.folder / "cache"), NO_COLOR="1")
        result = subprocess.run([ERGODE, "bench", *map(str, words)], cwd=cls.folder, text=True,
                                env=environment, capture_output=True, check=False)
        if result.returncode != code:
            raise AssertionError(f"{words}: {result.returncode}\n{result.stdout}{result.stderr}")
        return result

    def load(self, name):
        with open(self.folder / name, encoding="utf-8") as file:
            return json.load(file)

    def journal(self, name):
        with open(self.folder / name / "rows.jsonl", encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    @staticmethod
    def configs(document):
        return [Path(c["path"]).name for c in document["environment"]["configs"]]

    def fits(self, name, value):
        errors = [f"{list(e.path)}: {e.message}" for e in VALIDATORS[name].iter_errors(value)]
        self.assertEqual(errors, [])

    def compare(self, a, b, *words, code=0):
        text = self.run_bench("compare", a, b, "--json", *words, code=code).stdout
        comparison = json.loads(text)
        self.fits("bench_compare", comparison)
        both = [self.load(f"{name}/bench.json") for name in (a, b)]
        self.assertEqual(check_compare.check_comparison(comparison, *both), [])
        return comparison

    def test_documents_and_journals_fit_their_schemas(self):
        for name in ("first", "slow"):
            document, lines = self.load(f"{name}/bench.json"), self.journal(name)
            self.fits("bench", document)
            self.assertEqual(recompute_bench.check_document(document), [])
            self.assertEqual(len(lines), 5)
            for line in lines:
                self.fits("bench_rows", line)
            for line in lines[1:]:
                for broken in ({**line, "mood": 1}, {**line, "run": None},
                               {**line, "kind": "warm"}, {**line, "failed": "crashed"}):
                    self.assertFalse(VALIDATORS["bench_rows"].is_valid(broken))
            self.assertFalse(VALIDATORS["bench_rows"].is_valid({**lines[0], "draws": "100"}))
            del lines[0]["configs"]
            self.assertFalse(VALIDATORS["bench_rows"].is_valid(lines[0]))
        self.assertEqual(self.configs(document), ["quick.ini", "eight_schools.toml"])

    def test_the_same_program_does_the_same(self):
        said = self.compare("first", "second")
        row = said["rows"][0]
        self.assertEqual((row["work"], row["pairs"]), ("same_draws", 3))
        figures = {f["figure"]: f for f in row["figures"]}
        self.assertEqual(list(figures), ["ess_s", "gradients_s", "cached_s", "cold_s"])
        # As many effective draws and gradients: one ratio, that of the seconds.
        self.assertAlmostEqual(figures["ess_s"]["ratio"] / figures["gradients_s"]["ratio"], 1, 12)
        self.assertIsNone(figures["cold_s"]["verdict"])
        moving = ("load before", "memory bandwidth", "arithmetic peak")
        self.assertEqual([d for d in said["drift"] if not d["what"].startswith(moving)], [])

    def test_a_document_is_the_same_as_itself(self):
        said = self.compare("first", "first", "--strict")
        self.assertEqual(said["counts"]["SAME"], 1)
        self.assertTrue(all(f["ratio"] == f["low"] == f["high"] == 1
                            for f in said["rows"][0]["figures"][:3]))

    def test_a_slow_backend_is_slower(self):
        said = self.compare("first", "slow", "--strict", "--markdown", "page.md", code=4)
        row = said["rows"][0]
        self.assertEqual((row["verdict"], row["work"]), ("SLOWER", "same_draws"))
        self.assertEqual([f["verdict"] for f in row["figures"][:2]], ["SLOWER"] * 2)
        self.assertIn("plug-in right", [d["what"] for d in said["drift"]])
        with open(self.folder / "page.md", encoding="utf-8") as file:
            page = file.read()
        self.assertIn(f"| {row['id']} | min ESS/s |", page)
        self.assertIn("| SLOWER |", page)
        self.assertEqual(self.compare("slow", "first")["rows"][0]["verdict"], "FASTER")
        self.run_bench("compare", "first", "slow")
        self.run_bench("compare", "first", "slow", "--markdown", "no/such/folder/page.md", code=7)

    def test_other_draws_are_not_compared(self):
        self.run_bench(*SIZE[:-1], "150", "--plugin", WRONG / "right.ini", "--backend", "right",
                       "--repeat", "3", "--out", "more")
        row = self.compare("first", "more", "--strict", code=4)["rows"][0]
        self.assertEqual(row["verdict"], "INVALID")
        self.assertEqual(row["reason"], "not the same work: draws 100 in A, 150 in B")

    def test_baselines(self):
        words = (*SIZE, "--plugin", WRONG / "right.ini", "--backend", "right", "--repeat", "3")
        said = self.run_bench(*words, "--baseline", "main", code=2).stderr
        self.assertIn("no baseline is kept yet", said)
        self.run_bench(*words, "--save", "not/a/name", code=2)
        said = self.run_bench(*words, "--save", "main", "--out", "kept").stderr
        self.assertIn("baseline kept in", said)
        self.assertEqual(self.load("data/ergode/baselines/main.json"), self.load("kept/bench.json"))
        result = self.run_bench(*words, "--baseline", "main", "--out", "held")
        self.assertIn("Against the baseline", result.stdout)
        self.assertIn("this run", result.stdout)
        document = self.load("held/bench.json")
        self.fits("bench", document)
        self.fits("bench_compare", document["baseline"])
        self.assertEqual(check_compare.check_comparison(
            document["baseline"], self.load("kept/bench.json"), document), [])
        self.assertEqual(document["baseline"]["a"]["name"], "main")
        with open(self.folder / "held/report.md", encoding="utf-8") as file:
            self.assertIn("## Comparison", file.read())
        self.assertIsNone(self.load("kept/bench.json")["baseline"])
        # A slow one against the baseline, by name and by file.
        slow = (*SIZE, "--plugin", WRONG / "slower" / "right.ini", "--backend", "right",
                "--repeat", "3", "--strict", "--baseline")
        self.run_bench(*slow, "main", "--out", "held2", code=4)
        document = self.load("held2/bench.json")
        self.assertEqual(document["baseline"]["rows"][0]["verdict"], "SLOWER")
        with open(self.folder / "held2/report.html", encoding="utf-8") as file:
            page = file.read()
        self.assertEqual(check_page.check_page(document, page), [])
        self.assertIn('baseline/rows/0/verdict">SLOWER<', page)
        self.run_bench("compare", "main", "held2/bench.json", "--strict", code=4)
        self.assertIn("baselines kept: main",
                      self.run_bench("compare", "nothing", "held2", code=2).stderr)

    def test_failed_runs_are_kept_or_tried_again(self):
        words = (*SIZE, "--plugin", WRONG / "crashes.ini", "--backend", "crashes", "--out",
                 "crashed")
        self.run_bench(*words, code=6)
        lines = self.journal("crashed")
        self.assertEqual(len(lines), 2)
        self.assertTrue(lines[0]["plugins"][0].endswith("crashes.ini"))
        self.assertIn("crashed: signal", lines[1]["failed"])
        for line in lines:
            self.fits("bench_rows", line)
        # The plug-in is remembered; what failed stays as it is, until it is asked for.
        self.run_bench("--resume", "crashed", code=6)
        self.assertEqual(self.journal("crashed"), lines)
        row = self.load("crashed/bench.json")["rows"][0]
        self.assertEqual(row["verdict"], "failed")
        self.run_bench("--resume", "crashed", "--retry-failed", code=6)
        self.assertEqual(len(self.journal("crashed")), 3)
        self.run_bench(*SIZE, "--retry-failed", code=2)

    def test_a_failed_run_that_succeeds_later(self):
        self.run_bench(*SIZE, "--plugin", WRONG / "right.ini", "--backend", "right", "--repeat",
                       "2", "--out", "later")
        path = self.folder / "later/rows.jsonl"
        lines = self.journal("later")
        lines[2].update(failed="crashed: signal 11", run=None, bits="")
        self.fits("bench_rows", lines[2])
        del lines[3]  # after a failure the row's other runs aren't done
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        self.run_bench("--resume", "later", code=6)
        row = self.load("later/bench.json")["rows"][0]
        self.assertEqual((row["verdict"], row["reason"]), ("failed", "crashed: signal 11"))
        self.run_bench("--resume", "later", "--retry-failed")
        for _ in range(2):  # the second time from the journal, where the last line counts
            row = self.load("later/bench.json")["rows"][0]
            self.assertEqual((row["verdict"], len(row["runs"])), ("valid", 3))
            self.assertEqual(len(self.journal("later")), 5)
            self.run_bench("--resume", "later")
        self.assertEqual(self.configs(self.load("later/bench.json")),
                         ["quick.ini", "eight_schools.toml"])


if __name__ == "__main__":
    unittest.main()
