#!/usr/bin/env python3
"""Other engines in `ergode bench`, played by fake_worker.py: each ends as the right row.

  test_peers.py ERGODE
"""
import array
import hashlib
import json
import math
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ERGODE = os.path.abspath(sys.argv.pop(1))
WORKER = str(pathlib.Path(__file__).resolve().parent / "fake_worker.py")
CHAINS, DRAWS, SEED = 4, 1000, 7


def state_of(pid):
    """X where there is no such process."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "X"


class Bench(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.folder = pathlib.Path(held.name)
        self.log = self.folder / "log"

    def environment(self, **more):
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ERGODE_PEERS", "XDG"))}
        return kept | {"ERGODE_PEERS_WORKER": WORKER, "FAKE_LOG": str(self.log),
                       "HOME": str(self.folder)} | more

    def command(self, peers, *more):
        return [ERGODE, "bench", "correlated_normal", "--peers", peers, "--chains", str(CHAINS),
                "--warmup", "200", "--draws", str(DRAWS), "--seed", str(SEED), "--out",
                str(self.folder / "out"), *more]

    def bench(self, peers, *more, code=0, **environment):
        done = subprocess.run(self.command(peers, *more), capture_output=True, text=True,
                              env=self.environment(**environment))
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.said = done.stdout + done.stderr
        return json.loads((self.folder / "out" / "bench.json").read_text()) \
            if code not in (2, 130) else None

    def rows(self, peers, *more, **options):
        document = self.bench(peers, *more, **options)
        return {(r["backend"].removeprefix("peer:"), r["form"]): r for r in document["rows"]}

    def calls(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]


GROUPS = """
[dims]
group = 3
obs = 4
[data]
n = "count"
x = "real[group, obs]"
y = "real[group, obs]"
[params]
a = "real[group] ~ normal(0, 1)"
[observe]
y = "normal(n + a + x, 1)"
[simulate]
n = 3
x = "normal(0, 1)"
"""


class Data(Bench):
    def setUp(self):
        super().setUp()
        self.model = self.folder / "groups.toml"
        self.model.write_text(GROUPS)

    def command(self, peers, *more):
        return [ERGODE, "bench", str(self.model), "--peers", peers, "--backend", "cpu", "--warmup",
                "100", "--draws", "200", "--out", str(self.folder / "out"), *more]

    def test_same_bytes(self):
        rows = self.rows("right,forms")
        sample = self.folder / "sample"
        subprocess.run([ERGODE, "sample", str(self.model), "--warmup", "20", "--draws", "20",
                        "--out", str(sample)], capture_output=True, check=True,
                       env=self.environment())
        simulated = json.loads((sample / "data.json").read_text())
        expected = [v for rows_of in (simulated["x"], simulated["y"]) for r in rows_of for v in r]
        calls = self.calls()
        self.assertEqual({c["--engine"] for c in calls}, {"right", "forms"})
        for call in calls:
            shapes, values = json.loads(call["data"]), call["values"]
            self.assertEqual(shapes, {"n": {"shape": [], "first": 0},
                                      "x": {"shape": [3, 4], "first": 1},
                                      "y": {"shape": [3, 4], "first": 13}})
            self.assertEqual(values, [3.0] + expected)
            digest = hashlib.sha256()
            for name, entry in shapes.items():
                shape = entry["shape"]
                digest.update(" ".join(map(str, [name, len(shape), *shape])).encode() + b"\n")
                digest.update(array.array("d", values[entry["first"]:][:math.prod(shape)]))
            for row in rows.values():  # the same in every row
                self.assertEqual(row["data_sha256"], digest.hexdigest())

    def test_removed(self):
        temporary = self.folder / "temporary"
        temporary.mkdir()
        self.bench("right", TMPDIR=str(temporary))
        self.assertEqual(list(temporary.iterdir()), [])

    def test_no_room(self):
        def hold_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 20, 4 << 20))
        done = subprocess.run(self.command("right", "--dim", "obs=200000"), capture_output=True,
                              text=True, env=self.environment(), preexec_fn=hold_files)
        rows = json.loads((self.folder / "out" / "bench.json").read_text())["rows"]
        for row in rows:
            if row["backend"] == "peer:right":
                self.assertEqual(row["verdict"], "failed", done.stderr)
                self.assertEqual(row["reason"], "its data can't be written: File too large: free "
                                 "space, or name another folder by TMPDIR")
            else:  # needs no file of them
                self.assertEqual(row["verdict"], "valid", row["reason"])
        self.assertEqual(len(rows), 2)
        self.assertEqual(done.returncode, 0, done.stderr)  # of Ergode's rows
        self.assertFalse(self.log.exists() and self.calls())


class Figures(Bench):
    def test_valid(self):
        rows = self.rows("right", "--repeat", "2", "--threads", "2", "--target-accept", "0.9",
                         "--backend", "cpu")
        self.assertEqual(set(rows), {("cpu", ""), ("right", "centred"), ("right", "non-centred")})
        row = rows["right", "centred"]
        self.assertEqual(row["id"], "correlated_normal/peer:right/centred/chains=4/threads=2")
        self.assertEqual((row["verdict"], row["reason"]), ("valid", ""))
        self.assertEqual(row["versions"], {"right": "1.2", "base": "3.4"})
        self.assertEqual(row["backend_version"], "1.2")
        self.assertTrue(row["checks"]["gate_host"]["passed"])
        self.assertIsNone(row["checks"]["bits_of_cpu"])
        self.assertGreater(row["checks"]["moments"]["tests"], 90)
        self.assertEqual([(r["kind"], r["seed"]) for r in row["runs"]],
                         [("cold", SEED), ("cached", SEED), ("cached", SEED + 1)])
        for run in row["runs"]:
            stages = run["stages"]
            self.assertEqual([stages[k + "_s"] for k in ("load", "compile", "warmup", "sampling")],
                             [0.375, 0.5, 1.0, 2.0])
            self.assertAlmostEqual(sum(v for k, v in stages.items() if k != "total_s" and v),
                                   stages["total_s"])
            self.assertEqual((run["gradients"], run["warmup_gradients"], run["divergent"]),
                             (7 * CHAINS * DRAWS + 1000, 1000, 3))
            # Independent draws.
            self.assertTrue(3000 < run["min_ess_bulk"] < 4500, run["min_ess_bulk"])
            self.assertTrue(run["max_r_hat"] < 1.01)
        figures = row["figures"]
        self.assertAlmostEqual(figures["gradients_s"]["median"], (7 * CHAINS * DRAWS + 1000) / 3)
        ess = sorted(min(r["min_ess_bulk"], r["min_ess_tail"]) / 3 for r in row["runs"][1:])
        self.assertAlmostEqual(figures["ess_s"]["median"], sum(ess) / 2)

    def test_order_and_settings(self):
        document = self.bench("right", "--repeat", "2", "--threads", "2", "--target-accept",
                              "0.9", "--backend", "cpu")
        orders = sorted(r["order"] for row in document["rows"] for r in row["runs"])
        self.assertEqual(orders, list(range(9)))
        calls = self.calls()
        self.assertEqual(len(calls), 2 * (3 + 1))  # two forms: three runs and a check
        for call in calls:
            self.assertEqual([call["--" + k] for k in ("model", "chains", "warmup", "draws",
                                                      "cores")],
                             ["correlated_normal", "4", "200", "1000", "2"])
            self.assertEqual(float(call["--target-accept"]), 0.9)
        self.assertEqual(len({c["cache"] for c in calls}), 2)  # one a form, filled by its cold run

    def test_without_gradients_of_the_warm_up(self):
        row = self.rows("forms", "--backend", "cpu")["forms", "centred"]
        run = row["runs"][1]
        self.assertEqual((run["gradients"], run["warmup_gradients"]), (7 * CHAINS * DRAWS, None))
        self.assertIsNone(row["figures"]["gradients_s"])
        self.assertAlmostEqual(row["figures"]["ess_1000_gradients"]["median"],
                               min(run["min_ess_bulk"], run["min_ess_tail"]) / (7 * CHAINS))

    def test_better_form(self):
        rows = self.rows("forms", "--backend", "cpu")
        self.assertEqual(rows["forms", "centred"]["verdict"], "valid")
        self.assertEqual(rows["forms", "non-centred"]["verdict"], "not_converged")
        tables, _, notes = self.said.partition("ESS: the")
        lines = [line for line in tables.splitlines() if line.startswith("peer:forms centred ")]
        self.assertIn("valid", lines[0])
        self.assertNotIn("non-centred", tables)
        self.assertIn("INVALID correlated_normal, peer:forms non-centred: not converged: R-hat",
                      " ".join(notes.split()))


class Verdicts(Bench):
    def test_wrong_rows(self):
        expected = {
            "stuck": ("not_converged", "R-hat"),
            "biased": ("wrong", "the mean of x[1]"),
            "density": ("wrong", "its log density at point"),
            "uncheckable": ("wrong", "its log density can't be checked: no log density"),
            "crashes": ("failed", "signal 11"),
            "error": ("failed", 'ValueError: no such "prior"'),
            "silent": ("failed", "code 3 and left no result.json: the last words"),
            "short": ("failed", "draws.bin has 1599992 bytes, 1600000 are expected"),
            "renamed": ("failed", "its parameters aren't those of the model"),
        }
        # Other engines' failures don't make Ergode's exit code.
        rows = self.rows(",".join(expected), "--backend", "cpu")
        self.assertEqual(rows.pop(("cpu", ""))["verdict"], "valid")
        self.assertEqual(len(rows), 2 * len(expected))
        for (engine, form), row in rows.items():
            with self.subTest(engine=engine, form=form):
                verdict, reason = expected[engine]
                self.assertEqual(row["verdict"], verdict, row["reason"])
                self.assertIn(reason, row["reason"])
                self.assertIsNone(row["figures"])

    def test_draws_that_are_not_numbers(self):
        for row in self.rows("nan", "--backend", "nowhere").values():
            self.assertNotEqual(row["verdict"], "valid")

    def test_no_end(self):
        rows = self.rows("hangs", "--backend", "nowhere", "--time-limit", "3")
        for row in rows.values():
            self.assertEqual((row["verdict"], row["reason"]), ("failed", "no end within 3 s"))
        self.assert_all_ended()

    def test_interrupted(self):
        temporary = self.folder / "temporary"
        temporary.mkdir()
        running = subprocess.Popen(self.command("hangs", "--backend", "nowhere"),
                                   env=self.environment(TMPDIR=str(temporary)),
                                   stderr=subprocess.PIPE, text=True)
        while not (self.folder / "log.child").exists():
            self.assertIsNone(running.poll())
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        said = running.communicate()[1]
        self.assertEqual(running.returncode, 130, said)
        self.assertIn("--resume", said)
        self.assert_all_ended()
        self.assertEqual(list(temporary.iterdir()), [])  # data and draws are gone

    def assert_all_ended(self):
        pids = [int((self.folder / "log.child").read_text())] + [c["pid"] for c in self.calls()]
        for pid in pids:
            # Killed, if not gone yet; a child of a child is a zombie until init looks at it.
            # One that isn't killed sleeps for longer than this test may take.
            while state_of(pid) not in "ZX":
                time.sleep(0.1)


class Missing(Bench):
    def skipped(self, document):
        return {s["backend"]: s["reason"] for s in document["skipped"]}

    def test_absent_engine(self):
        document = self.bench("absent,right", "--backend", "cpu")
        self.assertIn("no absent: run 'setup'", self.skipped(document)["peer:absent"])
        self.assertEqual(len(document["rows"]), 3)

    def test_unknown_engine(self):
        self.bench("right,wright", code=2)
        self.assertIn("no engine 'wright'", self.said)
        self.assertIn("right, forms", self.said)

    def test_not_set_up(self):
        document = self.bench("all", "--backend", "cpu", ERGODE_PEERS_WORKER="",
                              ERGODE_PEERS=str(self.folder / "none"))
        reason = self.skipped(document)["peer:all"]
        self.assertIn(f"not set up in {self.folder}/none: run /", reason)
        self.assertTrue(pathlib.Path(reason.split("run ")[1]).exists())
        self.assertEqual(len(document["rows"]), 1)

    def test_other_model(self):
        done = subprocess.run([ERGODE, "bench", "eight_schools", "--peers", "right", "--backend",
                               "cpu", "--out", str(self.folder / "out")], capture_output=True,
                              text=True, env=self.environment())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("eight_schools isn't written for other engines",
                      " ".join(done.stdout.split()))

    def test_worker_that_can_not_start(self):
        document = self.bench("all", "--backend", "cpu",
                              ERGODE_PEERS_WORKER=str(self.folder / "none"))
        self.assertIn("can't be started: No such file", self.skipped(document)["peer:all"])


class Resumed(Bench):
    def test_goes_on(self):
        whole = self.bench("right", "--backend", "cpu", "--repeat", "2")
        rows = self.folder / "out" / "rows.jsonl"
        lines = rows.read_text().splitlines(keepends=True)
        rows.write_text("".join(lines[:-2]))
        before = len(self.calls())
        done = subprocess.run([ERGODE, "bench", "--resume", str(self.folder / "out")],
                              capture_output=True, text=True, env=self.environment())
        self.assertEqual(done.returncode, 0, done.stderr)
        again = json.loads((self.folder / "out" / "bench.json").read_text())
        self.assertLess(len(self.calls()) - before, before)
        draws = lambda d: [[(r["kind"], r["seed"], r["min_ess_bulk"], r["warmup_gradients"])
                            for r in row["runs"]] for row in d["rows"]]
        self.assertEqual(draws(again), draws(whole))


if __name__ == "__main__":
    unittest.main()
