"""Signals in every phase of every command that lasts: exit code, message, files that can be
read, no process and no temporary file left.  test_interrupt.py ERGODE PLUGIN_FOLDER"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ERGODE, PLUGIN = (os.path.realpath(a) for a in sys.argv[1:3])
INPUTS = pathlib.Path(__file__).resolve().parent.parent / "cli" / "inputs"
INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP


def ended(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "ZX"  # a child of a child is a zombie until init looks at it


class Interrupts(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.out, self.cache, self.tmp = (self.folder / n for n in ("out", "cache", "tmp"))
        self.tmp.mkdir()
        self.variables = {}

    def start(self, *arguments, **more):
        environment = {k: v for k, v in os.environ.items() if k not in ("CC", "ERGODE_TEST_SIGNAL")}
        environment |= {"XDG_CACHE_HOME": str(self.cache), "TMPDIR": str(self.tmp), "LC_ALL": "C",
                        "NO_COLOR": "1", "ERGODE_PLUGIN_PATH": PLUGIN} | self.variables
        return subprocess.Popen([ERGODE, *map(str, arguments)], env=environment, text=True,
                                cwd=self.folder, stdin=subprocess.DEVNULL,
                                **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more)

    def run_to_end(self, *arguments, code):
        process = self.start(*arguments)
        out, talk = process.communicate()
        self.assertEqual(process.returncode, code, talk)
        return out, talk

    def sample(self, *more):
        return ["sample", INPUTS / "good.toml", "--data", INPUTS / "good.json", "--out", self.out,
                "--backend", "signalling", "--chains", "2", "--csv", *more]

    def at(self, phase, number=INT, whom="self"):
        self.variables["ERGODE_TEST_SIGNAL"] = f"{phase} {int(number)} {whom}"

    def compiler(self, *lines):
        path = self.folder / "compiler"
        path.write_text("#!/bin/sh\ncase \"$*\" in *--version*) echo fake; exit;; esac\n"
                        f"echo $$ >{self.folder}/pid\n" + "\n".join(lines) + "\n")
        path.chmod(0o755)
        self.variables["CC"] = str(path)

    def assert_clean(self):
        """No temporary file or folder; whole entries alone in the cache."""
        self.assertEqual(list(self.tmp.iterdir()), [])
        for path in self.cache.rglob("*"):
            self.assertFalse(path.name.startswith(("work-", ".")), path)
        for path in self.folder.rglob("*.part"):
            self.fail(f"{path} is left")

    def draws(self):
        self.variables.clear()
        out, _ = self.run_to_end("summary", self.out, "--json", code=0)
        return json.loads(out)["draws_per_chain"]

    # --- sample ---

    def test_reading(self):
        os.mkfifo(self.folder / "pipe.json")
        arguments = self.sample()
        arguments[arguments.index("--data") + 1] = self.folder / "pipe.json"
        process = self.start(*arguments)
        with open(self.folder / "pipe.json", "w") as pipe:  # waits until it is opened for reading
            pipe.write("{")
            pipe.flush()
            process.send_signal(INT)
        talk = process.communicate()[1]
        self.assertEqual(process.returncode, 130, talk)
        self.assertIn("interrupted while reading the model and the data", talk)
        self.assertFalse(self.out.exists())
        self.assert_clean()

    def test_compiling(self):
        for number, code in ((INT, 130), (TERM, 143), (HUP, 129)):
            self.compiler(f"kill -{int(number)} $PPID", "exec sleep 1000")
            _, talk = self.run_to_end(*self.sample(), code=code)
            self.assertIn("interrupted while compiling the model", talk)
            self.assertTrue(ended(int((self.folder / "pid").read_text())))
            self.assertFalse(self.out.exists())
            self.assert_clean()

    def test_compiling_for_opencl(self):
        # PoCL calls the linker found on PATH from the process itself, which gets the signal there.
        linker, pocl = shutil.which("ld"), self.folder / "pocl"
        arguments = self.sample("--device", "pocl:0")
        arguments[arguments.index("--backend") + 1] = "opencl"
        for number, code in ((INT, 130), (TERM, 143), (HUP, 129)):
            for folder in pocl, self.cache:
                shutil.rmtree(folder, ignore_errors=True)
            (self.folder / "bin").mkdir(exist_ok=True)
            path = self.folder / "bin" / "ld"
            path.write_text(f'#!/bin/sh\ncase "$*" in *{pocl}*) kill -{int(number)} $PPID\n'
                            f"touch {self.folder}/linked;; esac\nexec {linker} \"$@\"\n")
            path.chmod(0o755)
            self.variables = {"PATH": f"{path.parent}:{os.environ['PATH']}",
                              "POCL_CACHE_DIR": str(pocl)}
            process = self.start(*arguments)
            _, talk = process.communicate()
            if process.returncode == 3 or not (self.folder / "linked").exists():
                self.skipTest("no PoCL that links by ld: " + talk)
            self.assertEqual(process.returncode, code, talk)
            self.assertIn("nothing is kept", talk)
            self.assertFalse(self.out.exists())
            self.assert_clean()
            self.assertEqual(list(pocl.rglob("tempfile*")), [])
        path.unlink()  # what the interrupted build left in PoCL's cache is whole
        self.run_to_end(*arguments, code=0)

    def test_second_signal_ends_at_once(self):
        # The compiler answers the end that is asked of it with another signal, and stays.
        self.compiler("trap 'kill -INT $PPID; exit' TERM", "kill -INT $PPID",
                      "while :; do sleep 1; done")
        self.run_to_end(*self.sample(), code=130)
        pid = int((self.folder / "pid").read_text())
        while not ended(pid):  # its own last signal comes before its end
            time.sleep(0.01)

    def test_ignored_hangup(self):
        self.at("sampling", HUP)
        process = self.start(*self.sample("--draws", "50"),
                             preexec_fn=lambda: signal.signal(HUP, signal.SIG_IGN))
        self.assertEqual((process.communicate()[1], process.returncode)[1], 0)
        self.assertEqual(self.draws(), 50)

    def test_ignored_children(self):
        process = self.start(*self.sample("--draws", "50"),
                             preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
        talk = process.communicate()[1]
        self.assertEqual(process.returncode, 0, talk)
        self.assertNotIn("interpreter", talk)

    def test_starting(self):
        for phase in "devices", "create":
            self.at(phase)
            _, talk = self.run_to_end(*self.sample(), code=130)
            self.assertIn("nothing is kept", talk)
            self.assertFalse(self.out.exists())
            self.assert_clean()

    def test_warm_up(self):
        self.at("warmup", TERM)
        _, talk = self.run_to_end(*self.sample("--warmup", "100000"), code=143)
        self.assertIn("interrupted while warming up", talk)
        self.assertFalse(self.out.exists())
        self.assert_clean()

    def test_warm_up_that_is_kept(self):
        self.at("warmup")
        _, talk = self.run_to_end(*self.sample("--warmup", "100000", "--save-warmup"), code=130)
        self.assertIn("draws.nc", talk)
        self.assertEqual(self.draws(), 0)
        self.assert_clean()

    def test_sampling(self):
        for number, code in ((INT, 130), (TERM, 143), (HUP, 129)):
            self.at("sampling", number)
            _, talk = self.run_to_end(*self.sample("--draws", "100000"), code=code)
            self.assertRegex(talk, r"interrupted: \d+ of 100000 draws a chain are kept")
            self.assertIn("ergode summary", talk)
            self.assertTrue(0 < self.draws() < 100000)
            for name in "good_1.csv", "good_2.csv":
                self.run_to_end("summary", self.out / name, code=0)
            summary = json.loads((self.out / "summary.json").read_text())
            self.assertTrue(summary["interrupted"])
            self.assertTrue((self.out / "report.md").exists())
            self.assert_clean()

    def test_diagnostics(self):
        self.at("destroy")
        _, talk = self.run_to_end(*self.sample("--draws", "200"), code=130)
        self.assertIn("all draws are in", talk)
        self.assertFalse((self.out / "summary.json").exists())
        self.assertEqual(self.draws(), 200)
        self.assert_clean()

    def test_output(self):
        # More than a pipe holds: the command waits for its reader.
        process = self.start("sample", "hierarchical_normal", "--out", self.out, "--json", "-q")
        process.stdout.read(1)
        process.send_signal(INT)
        talk = process.communicate()[1]
        self.assertEqual(process.returncode, 130, talk)
        self.assertIn("whole", talk)
        self.assertEqual(self.draws(), 1000)
        self.assert_clean()

    # --- earlier results ---

    def test_earlier_results_come_back(self):
        self.run_to_end(*self.sample("--draws", "60"), code=0)
        before = {p.name: p.read_bytes() for p in self.out.iterdir()}
        self.at("create")
        self.run_to_end(*self.sample("--draws", "70"), code=130)
        self.assertEqual({p.name: p.read_bytes() for p in self.out.iterdir()}, before)
        self.at("warmup")
        self.run_to_end(*self.sample("--draws", "70"), code=130)
        self.assertEqual({p.name: p.read_bytes() for p in self.out.iterdir()}, before)

    # --- the others ---

    def test_summary(self):
        for command in "summary", "diagnose", "report":
            os.mkfifo(self.folder / f"{command}.csv")
            process = self.start(command, self.folder / f"{command}.csv")
            with open(self.folder / f"{command}.csv", "w") as pipe:
                pipe.write("lp__,mu\n1,2\n")
                pipe.flush()
                process.send_signal(TERM)
            out, talk = process.communicate()
            self.assertEqual(process.returncode, 143, talk)
            self.assertEqual(out, "")
            self.assertIn("interrupted", talk)
            self.assert_clean()

    def test_verify(self):
        for phase in "devices", "create", "sampling":
            self.at(phase, TERM, "parent" if phase == "devices" else "self")  # asked by a child
            out, talk = self.run_to_end("verify", "--backend", "signalling", code=143)
            self.assertIn("interrupted", talk)
            self.assertNotIn("WRONG", out)
            if phase != "sampling":  # all its draws may be there
                self.assertNotIn("right", out)
        self.assert_clean()

    def bench(self, *more):
        return ["bench", INPUTS / "good.toml", "--data", INPUTS / "good.json", "--backend",
                "signalling", "--out", self.out, *more]

    def assert_bench_goes_on(self, talk):
        self.assertIn("ergode bench --resume", talk)
        rows = json.loads((self.out / "bench.json").read_text())["rows"]
        self.assertEqual([r["verdict"] for r in rows], ["interrupted"])
        self.variables.clear()
        self.run_to_end("bench", "--resume", self.out, code=0)
        rows = json.loads((self.out / "bench.json").read_text())["rows"]
        self.assertIn([r["verdict"] for r in rows], (["valid"], ["not_converged"]))

    def test_bench_probe(self):
        self.at("devices", whom="parent")
        _, talk = self.run_to_end(*self.bench(), code=130)
        self.assertIn("interrupted", talk)
        self.assert_clean()

    def test_bench_run(self):
        for phase in "create", "warmup", "sampling", "destroy":
            with self.subTest(phase):
                self.out = self.folder / phase
                self.at(phase, TERM, "parent")
                _, talk = self.run_to_end(*self.bench(), code=143)
                self.assert_clean()
                self.assert_bench_goes_on(talk)

    def test_bench_compiler(self):
        # Of the process of a run: its parent is told, and it must end its compiler.
        self.compiler("kill -INT $(awk '/^PPid/ {print $2}' /proc/$PPID/status)", "exec sleep 1000")
        _, talk = self.run_to_end(*self.bench(), code=130)
        self.assertTrue(ended(int((self.folder / "pid").read_text())))
        self.assert_clean()
        self.assert_bench_goes_on(talk)

    def assert_soon_clean(self):
        """What is left goes with the last process that has to do with it."""
        for _ in range(1200):
            if not list(self.tmp.iterdir()):
                break
            time.sleep(0.1)
        self.assert_clean()

    def test_bench_second_signal(self):
        bench = "$(awk '/^PPid/ {print $2}' /proc/$PPID/status)"
        self.compiler(f"bench={bench}", "trap 'kill -INT $bench; exit' TERM", "kill -INT $bench",
                      "while :; do sleep 1; done")
        self.run_to_end(*self.bench(), code=130)
        self.assert_soon_clean()
        self.assertTrue(ended(int((self.folder / "pid").read_text())))

    def test_bench_killed(self):
        self.compiler("kill -KILL $(awk '/^PPid/ {print $2}' /proc/$PPID/status)",
                      "exec sleep 1000")
        self.run_to_end(*self.bench(), code=-signal.SIGKILL)
        self.assert_soon_clean()
        self.assertTrue(ended(int((self.folder / "pid").read_text())))
        self.variables.clear()
        self.run_to_end("bench", "--resume", self.out, code=0)
        self.assert_clean()

    def test_bench_killed_while_a_backend_hangs(self):
        self.at("sampling", signal.SIGKILL, "hang")
        self.run_to_end(*self.bench(), code=-signal.SIGKILL)
        self.assert_soon_clean()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
