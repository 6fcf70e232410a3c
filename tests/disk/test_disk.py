"""Disks that fill up at any point, that may not be written, folders that hold results
already.  test_disk.py ERGODE"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ERGODE = os.path.realpath(sys.argv[1])
INPUTS = pathlib.Path(__file__).resolve().parent.parent / "cli" / "inputs"
PAGE = 4096


def enter_namespace():
    """Where this process may mount: itself, or its second start."""
    if os.environ.get("ERGODE_TEST_MOUNTS"):
        return
    try:
        trial = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"],
                               capture_output=True, text=True)
    except FileNotFoundError:
        trial = None
    if trial is None or trial.returncode:
        print("skipped: no file system can be mounted here:", trial.stderr if trial else "unshare")
        sys.exit(77)
    os.environ["ERGODE_TEST_MOUNTS"] = "1"
    os.execvp("unshare", ["unshare", "-rm", sys.executable, *sys.argv])


class Disk(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        self.cache, self.tmp = self.folder / "cache", self.folder / "tmp"
        self.tmp.mkdir()

    def mount(self, pages, *options):
        subprocess.run(["mount", "-t", "tmpfs", "-o",
                        ",".join([f"size={pages * PAGE}", *options]), "none", self.disk],
                       check=True)
        self.addCleanup(self.unmount)

    def unmount(self):
        subprocess.run(["umount", "-q", self.disk])

    def fill(self):
        with open(self.disk / "filler", "wb", buffering=0) as f:
            try:
                while True:
                    f.write(bytes(PAGE))
            except OSError:
                pass

    def ergode(self, *arguments, code=None, **variables):
        environment = {k: v for k, v in os.environ.items() if k != "CC"}
        environment |= {"XDG_CACHE_HOME": str(self.cache), "TMPDIR": str(self.tmp), "LC_ALL": "C",
                        "NO_COLOR": "1"} | {k: str(v) for k, v in variables.items()}
        done = subprocess.run([ERGODE, *map(str, arguments)], env=environment, text=True,
                              cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True)
        if code is not None:
            self.assertEqual(done.returncode, code, done.stderr)
        return done

    def sample(self, *more, out=None, code=None, **variables):
        return self.ergode("sample", INPUTS / "good.toml", "--data", INPUTS / "good.json", "--out",
                           out or self.disk / "out", "--chains", "2", *more, code=code,
                           **variables)

    def assert_said(self, done, path):
        self.assertIn(str(path), done.stderr)
        self.assertIn("No space left on device", done.stderr)
        self.assertIn("next: ", done.stderr)

    # --- draws ---

    def sweep(self, needed, *more):
        """Every size of the disk up to what is needed: whole, or said to be not."""
        whole = 0
        for pages in needed:
            with self.subTest(pages=pages):
                self.mount(pages)
                out = self.disk / "out"
                done = self.sample("--draws", "400", *more)
                self.assertIn(done.returncode, (0, 7), done.stderr)
                if done.returncode:
                    self.assert_said(done, out)
                for path in out.glob("*.json"):
                    json.loads(path.read_text())
                names = {p.name for p in out.glob("*")} if out.exists() else set()
                self.assertFalse(names & {"summary.json.part", "report.md.part", "draws.nc.cut"})
                if "draws.nc" in names:
                    back = self.ergode("summary", out, "--json", code=0)
                    self.assertEqual(json.loads(back.stdout)["draws_per_chain"], 400)
                if done.returncode == 0:
                    self.assertTrue({"draws.nc", "summary.json", "report.md"} <= names)
                    whole += 1
                self.unmount()
        return whole

    def test_every_size(self):
        self.sample("--draws", "4", out=self.folder / "warm", code=0)  # the model is compiled
        sizes = [*range(2, 8), *range(8, 90, 4), *range(90, 330, 30), 1000]
        self.assertGreater(self.sweep(sizes), 0)
        self.assertGreater(self.sweep(sizes[::2] + [1000], "--csv", "--save-warmup"), 0)

    def test_in_the_middle(self):
        self.mount(4000)
        done = self.sample("--draws", "10000000", code=7)
        self.assert_said(done, "draws.nc.part")
        self.assertIn("free", done.stderr)
        back = self.ergode("summary", self.disk / "out", "--json", code=0)
        self.assertGreater(json.loads(back.stdout)["draws_per_chain"], 1000)

    def test_csv_in_the_middle(self):
        self.mount(4000)
        os.mkdir(self.disk / "out")
        self.sample("--draws", "10000000", "--csv", code=7)
        for k in 1, 2:
            self.ergode("summary", self.disk / "out" / f"good_{k}.csv", code=0)

    # --- the others ---

    def test_report(self):
        self.sample("--draws", "200", out=self.folder / "run", code=0)
        for pages in 1, 4, 16, 40:
            self.mount(pages)
            done = self.ergode("report", self.folder / "run", "--html", self.disk / "r.html",
                               "--plots", self.disk / "plots")
            self.assertIn(done.returncode, (0, 7), done.stderr)
            if done.returncode:
                self.assert_said(done, self.disk)
            if (self.disk / "r.html").exists():
                self.assertTrue((self.disk / "r.html").read_text().rstrip().endswith("</html>"))
            for path in (self.disk / "plots").glob("*"):
                self.assertTrue(path.read_text().rstrip().endswith("</svg>"), path)
            self.unmount()

    def test_bench(self):
        for pages in 1, 3, 5, 9:
            with self.subTest(pages=pages):
                self.mount(pages)
                done = self.ergode("bench", INPUTS / "good.toml", "--data", INPUTS / "good.json",
                                   "--backend", "cpu", "--out", self.disk / "b")
                self.assertEqual(done.returncode, 7 if pages < 3 else done.returncode, done.stderr)
                self.assertIn(done.returncode, (0, 7))
                if done.returncode:
                    self.assertIn(str(self.disk / "b"), done.stderr)
                    self.assertIn("No space left on device", done.stderr)
                if (self.disk / "b" / "bench.json").exists():
                    json.loads((self.disk / "b" / "bench.json").read_text())
                if done.returncode == 0:
                    self.assertTrue((self.disk / "b" / "report.md").exists())
                self.unmount()

    def test_bench_goes_on_with_more_space(self):
        self.mount(2)
        self.ergode("bench", INPUTS / "good.toml", "--data", INPUTS / "good.json", "--backend",
                    "cpu", "--out", self.disk / "b", code=7)
        subprocess.run(["mount", "-o", f"remount,size={1000 * PAGE}", self.disk], check=True)
        self.ergode("bench", "--resume", self.disk / "b", code=0)

    # --- caches and temporary files ---

    def test_full_cache(self):
        self.mount(8)
        self.fill()
        done = self.sample("--draws", "40", out=self.folder / "out", code=0, XDG_CACHE_HOME=self.disk)
        self.assertNotIn("interpreter", done.stderr)  # compiled in the temporary folder
        self.assertEqual([p.name for p in self.disk.rglob("*") if p.name.startswith("work-")], [])
        self.assertEqual(list(self.tmp.iterdir()), [])

    def test_full_temporary_folder(self):
        self.mount(8)
        self.fill()
        done = self.sample("--draws", "40", out=self.folder / "out", code=0, TMPDIR=self.disk,
                           XDG_CACHE_HOME="/proc/none")
        self.assertIn("interpreter", done.stderr)
        self.assertIn("No space left on device", done.stderr)
        self.assertEqual([p.name for p in self.disk.iterdir()], ["filler"])

    # --- folders ---

    def test_read_only(self):
        self.mount(100, "ro")
        done = self.sample(out=self.disk, code=7)
        self.assertIn("Read-only file system", done.stderr)
        self.assertIn("--out", done.stderr)
        done = self.sample(out=self.disk / "deeper", code=7)
        self.assertIn("Read-only file system", done.stderr)
        self.sample("--draws", "40", out=self.folder / "out", code=0, XDG_CACHE_HOME=self.disk)
        done = self.ergode("report", self.folder / "out", "--html", self.disk / "r.html", code=7)
        self.assertIn("Read-only file system", done.stderr)

    def test_earlier_results(self):
        out = self.folder / "out"
        self.sample("--draws", "40", "--csv", "--seed", "1", out=out, code=0)
        (out / "mine.csv").write_text("x\n1\n")
        (out / "data.json").write_text("{}")
        first = (out / "draws.nc").read_bytes()
        done = self.sample("--draws", "40", "--seed", "2", out=out, code=0)
        self.assertIn("previous", done.stderr)
        names = {p.name for p in out.iterdir()}
        self.assertEqual(names, {"draws.nc", "summary.json", "report.md", "previous", "mine.csv",
                                 "data.json"})
        self.assertEqual((out / "previous" / "draws.nc").read_bytes(), first)
        self.assertTrue((out / "previous" / "good_2.csv").exists())
        # A run that fails leaves both as they were.
        (self.folder / "y.json").write_text('{"y": [1, 2, 3, 4]}')
        self.ergode("sample", INPUTS / "impossible.toml", "--data", self.folder / "y.json",
                    "--out", out, code=6)
        self.assertEqual({p.name for p in out.iterdir()}, names)
        self.assertEqual((out / "previous" / "draws.nc").read_bytes(), first)
        back = self.ergode("summary", out / "previous", "--json", code=0)
        self.assertEqual(json.loads(back.stdout)["draws_per_chain"], 40)

    def test_models_in_turn(self):
        out = self.folder / "out"
        models = ["hierarchical_normal"] * 2 + ["eight_schools"] * 3
        for model in models:
            self.ergode("sample", model, "--preset", "quick", "--csv", "--out", out, code=0)
        self.assertEqual({p.name for p in (out / "previous").iterdir()},
                         {"draws.nc", "summary.json", "report.md", "eight_schools_1.csv",
                          "eight_schools_2.csv"})
        self.assertFalse((out / "previous.older").exists())
        # A file of the user's own is left where it is, and stops nothing.
        (out / "previous" / "mine.txt").write_text("mine")
        for _ in range(3):
            self.ergode("sample", "eight_schools", "--preset", "quick", "--out", out, code=0)
        self.assertEqual([p.read_text() for p in out.glob("previous*/mine.txt")], ["mine"])


if __name__ == "__main__":
    enter_namespace()
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
