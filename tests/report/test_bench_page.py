#!/usr/bin/env python3
"""The page of a benchmark, from documents that were made up: every number of it is in the
document, nothing is fetched, every text is escaped, figures have titles and descriptions.

    test_bench_page.py ERGODE [--keep DIR]      --keep: the pages stay there
"""
import copy
import html
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench" / "report"))
import check_page  # noqa: E402
import document  # noqa: E402

ERGODE = sys.argv.pop(1)
KEEP = None
if len(sys.argv) > 2 and sys.argv[1] == "--keep":
    KEEP = pathlib.Path(sys.argv[2]).resolve()
    KEEP.mkdir(parents=True, exist_ok=True)
    del sys.argv[1:3]

EVIL = "<script>alert('1')</script> & \"x\" ]]>"
SVG = "{http://www.w3.org/2000/svg}"


def plain():
    return document.document()


def earlier():
    """As a version wrote it that judged the first run alone."""
    whole = plain()
    for row in whole["rows"]:
        for run in row["runs"]:
            for key in ("verdict", "reason", "worst_z", "limit_z"):
                del run[key]
        row["checks"]["ess"]["value"] = float(row["runs"][0]["min_ess_bulk"])
        for quantity in (row["checks"]["moments"] or {}).get("quantities", ()):
            del quantity["square"]
    return whole


def with_peers():
    whole = plain()
    for form, ess in (("centred", (50, 100, 150)), ("non-centred", (20, 30, 40))):
        row = document.row(f"hierarchy/peer:nutpie/{form}", ess=ess, backend="peer:nutpie")
        row.update(form=form, devices=[], versions={"nutpie": "0.15", "numba": "0.62"},
                   compiler=None, compiler_flags=None)
        for run in row["runs"]:
            run.update(warmup_gradients=None, chain_gradients=None, telemetry=None)
        row["figures"].update(gradients_s=None, us_gradient=None, ess_joule=None)
        row["figures"].pop("bandwidth_share", None)
        row["figures"].pop("flops_share", None)
        whole["rows"].append(row)
    return whole


def with_notes():
    whole = with_peers()
    for k, sample in enumerate(whole["rows"][0]["runs"]):
        sample["telemetry"]["samples"] = [[0.1 * i, 1e7 + 1e6 * i, 0.5 + 0.01 * i, None, None,
                                           2000.0 + k] for i in range(40)]
    for run in whole["rows"][3]["runs"]:  # a device with instruments
        run["telemetry"] = copy.deepcopy(whole["rows"][0]["runs"][0]["telemetry"])
        run["telemetry"].update(
            device_memory_peak_bytes=3 << 30, device_memory_mean_bytes=2e9, sm_active=0.625,
            joules_device=321.5, device_mhz_mean=1900.0, device_mhz_min=1500.0, throttled=True,
            throttled_by="cuda:0: power cap",
            samples=[[0.1 * i, 1e7, 0.25, 0.9 - 0.01 * i, 40.0 + i, 2000.0, 300.0 + i, 1900.0, 3e9]
                     for i in range(30)])
    whole["rows"][0]["warnings"] = [{"kind": "variance", "text": "varies by 12 %"}]
    whole["rows"][0]["advice"] = [{"stage": "compile", "share": 0.4, "text": "keep the cache"}]
    whole["rows"][0]["checks"]["moments"] = document.moments(
        [0.2 * k - 2.5 for k in range(13)], freedom=325, limit=4.7)
    # Two beyond the limit, one of them far; one that isn't finite.
    moments = document.moments([-6.0, 25.0, 0.5, 1.0], freedom=325, limit=4.7)
    moments["quantities"][2]["mean"] = [None, None, 2.0, 0.0625, None]
    moments["quantities"][1]["name"] = "a_long_name_of[a, quantity]"
    moments.update(worst_z=None, name="mean of x[3]")
    whole["rows"][2]["checks"]["moments"] = moments
    # Of an earlier version: no quantities.
    whole["rows"][1]["checks"]["moments"] = {
        "tests": 26, "worst_z": 2.5, "limit_z": 4.7, "name": "sd of a_long_name_of[a, quantity]",
        "mean_outside_5_percent": 20, "sd_outside_10_percent": 1}
    whole["warnings"] = ["the machine was busy"]
    whole["scaling"][0]["points"][1].update(verdict="warning", reason="speedup 2.00: above")
    return whole


def many():
    """Workloads and rows enough for long labels, log axes, several figures."""
    whole = with_notes()
    rows = whole["rows"]
    for w in range(1, 4):
        workload = copy.deepcopy(whole["workloads"][0])
        workload["name"] = f"hierarchical_normal_with_a_long_name[group={10 ** w}, obs=10]"
        whole["workloads"].append(workload)
        for k in range(12):
            row = document.row(f"{w}/{k}", ess=tuple(x * 3 ** k for x in (100, 200, 300)),
                               backend=f"opencl.backend-{k}")
            row["devices"][0]["id"] = "pocl:0"
            row["workload"], row["chains"] = w, 4 if k % 2 else 16384
            row["checks"]["moments"] = document.moments(
                [4 * math.sin(k + 0.1 * i) for i in range(256)], tests=2000, limit=5.7)
            if k % 5 == 4:
                row.update(verdict="failed", figures=None, reason="crashed: signal 11 "
                           "(Segmentation fault) in a place whose name is long enough to be cut")
            rows.append(row)
    return whole


def with_baseline():
    """The comparison of the command line's tests, which has every verdict; one row is ours."""
    whole = plain()
    cli = pathlib.Path(__file__).resolve().parents[1] / "cli"
    said = json.loads((cli / "cases/bench_compare_json.out").read_text(encoding="utf-8"))
    del said["schema_version"]
    said["b"].update(name="this run")
    said["rows"][0]["id"] = whole["rows"][0]["id"]
    whole["baseline"] = said
    return whole


def empty():
    whole = plain()
    whole.update(rows=[], pairs=[], scaling=[], peaks=[])
    return whole


def all_invalid():
    whole = plain()
    for row in whole["rows"]:
        row.update(verdict="not_converged", reason="R-hat 1.2", figures=None)
    for pair in whole["pairs"]:
        pair.update(ratio=None, low=None, high=None, verdict="INVALID", break_even_draws=None)
    for point in whole["scaling"][0]["points"]:
        point.update(seconds=None, speedup=None, efficiency=None, verdict="skipped", reason="none")
    return whole


def evil():
    whole = with_notes()

    def spoil(value, key=""):
        if isinstance(value, dict):
            return {k: spoil(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [spoil(v, key) for v in value]
        free = ("name", "text", "reason", "command", "path", "model", "data", "cpu", "os", "kernel",
                "driver", "how", "compiler", "compiler_flags", "min_ess_bulk_name",
                "set", "about", "build_flags", "governor", "version", "backend_version")
        return EVIL if isinstance(value, str) and key in free else value

    return spoil(whole)


class Pages(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.at = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def run_report(self, *options, name="bench", env=None):
        return subprocess.run([ERGODE, "report", str(self.at / f"{name}.json"), *options],
                              capture_output=True, text=True, check=False,
                              env=dict(os.environ, **(env or {})))

    def page(self, whole, name="bench", env=None):
        (self.at / f"{name}.json").write_text(json.dumps(whole), encoding="utf-8")
        page = (KEEP or self.at) / f"{name}.html"
        done = self.run_report("--html", str(page), name=name, env=env)
        self.assertEqual((done.returncode, done.stderr, done.stdout), (0, "", f"{page}\n"))
        return page.read_text(encoding="utf-8")

    def has(self, page, *parts):
        for part in parts:
            self.assertTrue(part in page, f"{part!r} is missing")

    def headline(self, whole):
        """The box begins with the sentence that the Markdown begins with."""
        (self.at / "headline.json").write_text(json.dumps(whole), encoding="utf-8")
        to = self.at / "headline.md"
        self.assertEqual(self.run_report("--markdown", str(to), name="headline").returncode, 0)
        bold = [line for line in to.read_text(encoding="utf-8").splitlines()
                if line.startswith("**")][0].strip("*")
        return f"<p>{html.escape(bold)}</p>"

    def check(self, whole, name, env=None):
        page = self.page(whole, name, env)
        self.assertEqual(check_page.check_page(whole, page), [])
        tree = xml.fromstring(page)  # well-formed
        for heading in tree.iter("th"):
            self.assertIn(heading.get("scope"), ("col", "row", "rowgroup"))
        figures = list(tree.iter(SVG + "svg"))
        for figure in figures:
            self.assertEqual(figure[0].tag, SVG + "title")
            self.assertEqual(figure[1].tag, SVG + "desc")
            self.assertTrue(figure[0].text and figure[1].text)
            self.assertEqual(figure.get("aria-labelledby"),
                             f"{figure[0].get('id')} {figure[1].get('id')}")
        ids = [e.get("id") for e in tree.iter() if e.get("id")]
        self.assertEqual(len(ids), len(set(ids)))
        for link in tree.iter("a"):
            self.assertIn(link.get("href")[1:], ids)
        self.assertNotIn("nan", page.lower().replace("nano", ""))
        return page, tree, figures

    def test_made_up(self):
        page, tree, figures = self.check(plain(), "plain")
        sections = [h.get("id") for h in tree.iter("h2")]
        self.assertEqual(sections, ["machine", "ess", "stages", "scaling", "telemetry",
                                    "agreement", "roofline", "convergence", "pairs", "repeat"])
        self.has(page, "2 of 3 rows valid, 1 INVALID (1 with wrong numbers); 0 warnings")
        self.has(page, "skipped <span data-path=\"skipped/0/backend\">cuda</span>")
        # In the figure, in place of its dot.
        said = [t.text for f in figures for t in f.iter(SVG + "text")]
        self.assertIn("INVALID: wrong numbers: gate: worst 1e-3", said)
        box = page.index('class="box bad"')
        self.assertLess(box, page.index("<h2"))
        self.assertLess(page.index('id="machine"'), page.index('id="ess"'))

    def test_peers_and_notes(self):
        whole = with_notes()
        whole["rows"][2].update(verdict="not_converged", reason="R-hat 1.3")
        page, tree, _ = self.check(whole, "peers")
        self.assertIn("advice", [h.get("id") for h in tree.iter("h2")])
        for text in ("varies by 12 %", "keep the cache", "the machine was busy", "0.15",
                     "devices (W)", "62.5 %", "321.5", "unavailable: no such counter"):
            self.has(page, text)
        self.has(page, 'class="box warning"')
        # Each dot is held against its z.
        for q, moment, change in ((3, 0, 0.02), (3, 4, -0.01), (12, 4, 0.01)):
            for key in ("mean", "sd"):
                other = copy.deepcopy(whole)
                numbers = other["rows"][0]["checks"]["moments"]["quantities"][q][key]
                numbers[moment] += change
                with self.subTest(f"{key} {q} {moment}"):
                    self.assertTrue(any("agreement" in said for said
                                        in check_page.check_page(other, page)))

    def test_baseline(self):
        whole = with_baseline()
        page, tree, _ = self.check(whole, "baseline")
        self.assertIn("baseline", [h.get("id") for h in tree.iter("h2")])
        self.has(page, 'Against the baseline <span data-path="baseline/a/name">',
                 "</b> than the baseline: ", "</b> comparison: ", 'class="box bad"')
        said = [t.text for t in tree.iter(SVG + "text")]
        for verdict in ("FASTER", "SLOWER", "SAME", "AMBIGUOUS"):
            self.assertGreaterEqual(said.count(verdict), 2)  # the row's, the key
        self.assertIn("INVALID", said)
        for text in whole["baseline"]["drift"][0].values():
            self.has(page, html.escape(text))
        for path in ("rows/1/figures/0/ratio", "rows/0/verdict", "drift/0/b", "only_b/0/id"):
            broken = page.replace(f'"baseline/{path}"', '"baseline/rows/0/id"', 9)
            self.assertNotEqual(check_page.check_page(whole, broken), [])
        # One that is slower makes the box a warning at least; nothing in common, too.
        for row in whole["rows"][2:]:
            row.update(verdict="not_converged", reason="R-hat 1.3")
        page, _, _ = self.check(whole, "baseline-slower")
        self.has(page, 'class="box warning"')
        whole["baseline"].update(rows=[], counts=dict.fromkeys(whole["baseline"]["counts"], 0))
        page, _, _ = self.check(whole, "baseline-apart")
        self.has(page, "0 rows in both")

    def test_document_of_an_earlier_version(self):
        self.check(earlier(), "earlier")

    def test_winner(self):
        whole = with_peers()
        del whole["rows"][2]  # the wrong one
        for row in whole["rows"]:
            row["threads"] = 2
            row["figures"].pop("bandwidth_share", None)
            row["figures"].pop("flops_share", None)
        ids = [row["id"] for row in whole["rows"]]
        whole["pairs"] = [{"workload": 0, "a": ids[2], "b": ids[1], "figure": "ess_s",
                           "ratio": 0.25, "low": 0.2, "high": 0.5, "verdict": "SLOWER",
                           "break_even_draws": None}]
        page, _, _ = self.check(whole, "winner")
        self.has(page, self.headline(whole), "<b>cpu</b>, ")
        self.assertNotIn("(not certain)", page)
        self.has(page, '<span data-path="inverse pairs/0/ratio">4</span>',
                 '[<span data-path="inverse pairs/0/high">2</span>, '
                 '<span data-path="inverse pairs/0/low">5</span>]')
        whole["pairs"][0].update(low=0.25, high=1.2, verdict="AMBIGUOUS")
        page, _, _ = self.check(whole, "open")
        self.has(page, self.headline(whole), "(not certain)")

    def test_many(self):
        page, _, figures = self.check(many(), "many")
        self.assertGreater(len(figures), 15)
        self.has(page, "(log scale)")

    def test_empty(self):
        page, _, figures = self.check(empty(), "empty")
        self.has(page, self.headline(empty()), 'class="box bad"')
        self.assertEqual(figures, [])

    def test_all_invalid(self):
        page, _, _ = self.check(all_invalid(), "invalid")
        self.has(page, self.headline(all_invalid()), 'class="box bad"')
        self.assertEqual(page.count("INVALID: <span"), 3)  # the table; the box has its own form
        self.assertEqual(page.count('<b class="bad">INVALID</b>: '), 3)

    def test_escaped(self):
        page, _, _ = self.check(evil(), "evil")
        self.assertNotIn("<script", page)
        self.assertGreater(page.count("&lt;script&gt;"), 30)

    def test_without_cairo(self):
        page, _, figures = self.check(with_notes(), "bare", {"ERGODE_CAIRO": "/nowhere/cairo.so"})
        self.assertEqual(figures, [])
        self.has(page, "apt install libcairo2")

    def test_same_bytes(self):
        self.assertEqual(self.page(many(), "one"), self.page(many(), "one"))

    def test_files(self):
        (self.at / "bench.json").write_text(json.dumps(document.document()), encoding="utf-8")
        done = subprocess.run([ERGODE, "report", str(self.at)], capture_output=True, text=True,
                              check=False)
        self.assertEqual((done.returncode, done.stdout), (0, f"{self.at}/report.html\n"))
        plots = self.at / "plots"
        done = self.run_report("--plots", str(plots), "--format", "svg",
                               "--markdown", str(self.at / "b.md"), "--csv", str(self.at / "b.csv"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        names = sorted(p.name for p in plots.iterdir())
        self.assertEqual(names[0], "01-ess-hierarchy.svg")
        for path in plots.iterdir():
            self.assertEqual(xml.parse(path).getroot().tag, SVG + "svg")
        self.assertTrue((self.at / "b.md").read_text(encoding="utf-8"))
        self.assertTrue((self.at / "b.csv").read_text(encoding="utf-8"))
        self.assertEqual(self.run_report("--params", "mu").returncode, 2)
        self.assertEqual(self.run_report("--html", "/nowhere/a.html").returncode, 7)

    def test_a_run(self):
        """`ergode bench` leaves the page; with --keep-draws the draws of the best row are in it.
        Without libcairo it succeeds all the same."""
        out = self.at / "run"
        done = subprocess.run([ERGODE, "bench", "eight_schools", "--backend", "cpu", "--warmup",
                               "100", "--draws", "200", "--chains", "2", "--threads", "1,2",
                               "--keep-draws", "--out", str(out)],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(p.name for p in (out / "draws").iterdir()),
                         ["000-eight_schools-cpu-cpu-chains=2-threads=1.nc",
                          "001-eight_schools-cpu-cpu-chains=2-threads=2.nc"])
        whole = json.loads((out / "bench.json").read_text(encoding="utf-8"))
        page = (out / "report.html").read_text(encoding="utf-8")
        self.assertEqual(check_page.check_page(whole, page), [])
        tree = xml.fromstring(page)
        self.assertIn("draws", [h.get("id") for h in tree.iter("h2")])
        titles = [f[0].text for f in tree.iter(SVG + "svg")]
        for kind in ("Trace: ", "Ranks: ", "Posterior: ", "Energy"):
            self.assertTrue(any(t.startswith(kind) for t in titles), kind)
        if KEEP:
            (KEEP / "run.html").write_text(page, encoding="utf-8")
        # The last run is made again, and its draws are kept as the command had it.
        lines = (out / "rows.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        lost = json.loads(lines[-1])
        (out / "rows.jsonl").write_text("".join(lines[:-1]), encoding="utf-8")
        (again,) = (out / "draws").glob(f"*threads={lost['row'][-1]}.nc")
        again.unlink()
        done = subprocess.run([ERGODE, "bench", "--resume", str(out)], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(again.exists())
        bare = self.at / "bare"
        done = subprocess.run([ERGODE, "bench", "eight_schools", "--backend", "cpu", "--warmup",
                               "100", "--draws", "200", "--chains", "2", "--threads", "1",
                               "--out", str(bare)], capture_output=True, text=True, check=False,
                              env=dict(os.environ, ERGODE_CAIRO="/nowhere/cairo.so"))
        self.assertEqual(done.returncode, 0, done.stderr)
        page = (bare / "report.html").read_text(encoding="utf-8")
        self.assertNotIn("<svg", page)
        self.has(page, "apt install libcairo2")
        self.assertFalse((bare / "draws").exists())

    def test_other_documents(self):
        broken = {"version": {"bench_schema_version": 1},
                  "rows": {"rows": "none"}, "workload": {}, "pair": {}, "verdict": {},
                  "no points": {}}
        for name, change in broken.items():
            whole = {**document.document(), **change}
            if name == "workload":
                whole["rows"][0]["workload"] = 7
            if name == "pair":
                whole["pairs"][0]["a"] = "nobody"
            if name == "no points":
                whole["scaling"][0]["points"] = []
            if name == "verdict":
                whole["rows"][0]["verdict"] = "fine"
            (self.at / "bench.json").write_text(json.dumps(whole), encoding="utf-8")
            done = self.run_report()
            with self.subTest(name):
                self.assertEqual(done.returncode, 2)
                self.assertIn("bench.json", done.stderr)
                self.assertIn("next:", done.stderr)
        # Cut off, as by a full disk; without a part.
        text = json.dumps(document.document(), indent=1)
        whole = document.document()
        del whole["settings"]
        for text, said in ((text[:3000], "not JSON"), (json.dumps(whole), "settings is missing")):
            path = self.at / "other.json"
            path.write_text(text, encoding="utf-8")
            done = subprocess.run([ERGODE, "report", path], capture_output=True, text=True,
                                  check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn(said, done.stderr)
            self.assertIn("next:", done.stderr)


if __name__ == "__main__":
    unittest.main()
