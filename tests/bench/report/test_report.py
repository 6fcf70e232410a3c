#!/usr/bin/env python3
"""The schema and recompute_bench.py, both ways: a right document passes, altered ones don't.

  test_report.py SCHEMA
"""
import json
import sys
import unittest
from pathlib import Path

import jsonschema

import check_compare
import check_page
import document
import recompute_bench
import run_figures

SCHEMAS = Path(sys.argv[1]).parent
with open(sys.argv.pop(1), encoding="utf-8") as file:
    SCHEMA = json.load(file)


def altered(path, value):
    whole = document.document()
    parts = path.split("/")
    at = check_page.member(whole, "/".join(parts[:-1])) if parts[:-1] else whole
    at[int(parts[-1]) if isinstance(at, list) else parts[-1]] = value
    return whole


def without(path):
    whole = document.document()
    parts = path.split("/")
    at = check_page.member(whole, "/".join(parts[:-1])) if parts[:-1] else whole
    del at[parts[-1]]
    return whole


def described(schema, where=""):
    """Places of members that have neither description nor reference."""
    if isinstance(schema, dict):
        for name, what in schema.get("properties", {}).items():
            if not ({"description", "$ref"} & set(what)):
                yield f"{where}/{name}"
        for name, what in schema.items():
            if name != "allOf":
                yield from described(what, f"{where}/{name}")
    elif isinstance(schema, list):
        for k, what in enumerate(schema):
            yield from described(what, f"{where}/{k}")


class Schema(unittest.TestCase):
    def setUp(self):
        self.validator = jsonschema.Draft202012Validator(SCHEMA)

    def test_is_a_schema_and_describes_every_member(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        self.assertEqual(list(described(SCHEMA)), [])

    def test_document_is_valid(self):
        self.assertEqual([e.message for e in self.validator.iter_errors(document.document())], [])

    def test_broken_documents_are_not(self):
        broken = {
            "another version": altered("bench_schema_version", 1),
            "a member nobody knows": altered("environment/mood", "good"),
            "a member missing": without("settings/draws"),
            "a hash cut short": altered("rows/0/data_sha256", "00"),
            "single precision": altered("rows/0/precision", "single"),
            "a verdict nobody knows": altered("rows/0/verdict", "fine"),
            "figures of a wrong row": altered("rows/2/figures", {}),
            "a wrong row without reason": altered("rows/2/reason", ""),
            "a valid row without figures": altered("rows/0/figures", None),
            "a figure nobody knows": altered("rows/0/figures/luck",
                                             document.estimate(1.0)),
            "a text for a number": altered("rows/0/runs/0/stages/total_s", "2"),
            "negative seconds": altered("rows/0/runs/0/stages/total_s", -1.0),
            "too many samples": altered("rows/0/runs/0/telemetry/samples", [[0] * 6] * 201),
            "a share over 1": altered("rows/0/runs/0/telemetry/device_busy", 1.5),
            "a difference of four numbers":
                altered("rows/0/checks/moments/quantities/0/mean", [1.0, 0.1, 1.0, 0.1]),
            "a band of one end": altered("scaling/0/points/1/band", [1.6]),
            "skipped without reason": altered("skipped/0/reason", ""),
        }
        for name, whole in broken.items():
            with self.subTest(name):
                self.assertFalse(self.validator.is_valid(whole))


class Recomputed(unittest.TestCase):
    def test_document_passes(self):
        self.assertEqual(recompute_bench.check_document(document.document()), [])

    def test_each_figure_is_checked(self):
        for k in (0, 1):
            for name, figure in document.document()["rows"][k]["figures"].items():
                for end in ("median", "low", "high", "n"):
                    with self.subTest(f"rows/{k}/{name}/{end}"):
                        value = figure[end]
                        value = 7.0 if value is None else value * 1.25
                        whole = altered(f"rows/{k}/figures/{name}/{end}", value)
                        self.assertEqual(len(recompute_bench.check_document(whole)), 1)

    def test_tampered_documents_fail(self):
        run = "rows/0/runs/2/"  # the middle one, whose ESS is the median
        for path, value in {
                run + "min_ess_bulk": 210, run + "stages/sampling_s": 0.6,
                run + "gradients": 1010, run + "telemetry/joules_host": 11.0,
                run + "telemetry/joules_device": 2.0,
                "peaks/0/read_gb_s": 15.0, "workloads/0/counts/flops_gradient": 2e6,
                "rows/0/figures/ess_s": None,
                "rows/0/figures/ess_s/outliers": 1, "rows/2/figures": {"ess_s": None},
                "rows/1/id": "hierarchy/cpu/threads=1",
                "pairs/0/ratio": 2.1, "pairs/0/low": 1.9, "pairs/0/verdict": "SAME",
                "pairs/0/b": "nobody", "pairs/2/verdict": "FASTER", "pairs/2/ratio": 3.0,
                "pairs/0/break_even_draws": 400.0, "pairs/1/break_even_draws": None,
                "pairs/1/break_even_draws": 401.0, "rows/1/runs/0/stages/total_s": 4.0,
                "scaling/0/points/1/imbalance": 1.0, "scaling/0/points/1/straggler": 1,
                "scaling/0/kind": "weak", "scaling/0/axis": "devices",
                "scaling/0/points/1/seconds": 0.6, "scaling/0/points/1/speedup": 1.9,
                "scaling/0/points/1/efficiency": 0.9, "scaling/0/points/1/verdict": "warning",
                "rows/0/checks/moments/quantities/1/mean/4": -2.01,
                "rows/0/checks/moments/quantities/0/sd/0": 1.01,
                "rows/0/checks/moments/quantities/0/square/0": 6.0,
                "rows/0/checks/moments/quantities/0/square/4": 0.1,
                run + "verdict": "not_converged", run + "reason": "R-hat", run + "worst_z": 4.6,
                run + "max_r_hat": 1.03, "rows/0/checks/r_hat/value": 1.004,
                "rows/0/checks/ess/value": 101.0,
                "rows/0/checks/moments/quantities/0/name": "x[2]",
                "rows/0/checks/moments/quantities": [],
                "rows/0/checks/moments/worst_z": 1.0,
                "rows/0/checks/moments/name": "mean of x[1]",
                "rows/0/checks/moments/limit_z": 4.43,
                "rows/0/checks/moments/tests": 6,
                "rows/0/checks/moments/degrees_of_freedom": 90,
                "rows/0/checks/moments/mean_outside_5_percent": 0,
                "rows/0/checks/moments/sd_outside_10_percent": 1,
                "scaling/0/points/2/reason": "", "scaling/0/points/2/seconds": 1.0}.items():
            with self.subTest(path):
                self.assertNotEqual(recompute_bench.check_document(altered(path, value)), [])

    def test_moments_of_many_quantities(self):
        whole = document.document()
        zs = [0.01 * k for k in range(1, 257)]
        limit = run_figures.stats.t.ppf(1 - 1e-4 / 6000, 100)
        moments = document.moments(zs, tests=1000, limit=limit)
        whole["rows"][0]["checks"]["moments"] = moments
        moments["mean_outside_5_percent"] += 100  # of those that aren't there
        self.assertEqual(recompute_bench.check_document(whole), [])
        moments["tests"] = 512
        self.assertNotEqual(recompute_bench.check_document(whole), [])
        # Draws that aren't finite: no z, and the row is wrong.
        moments = whole["rows"][0]["checks"]["moments"] = document.moments((1.0, 2.0))
        moments["quantities"][1]["mean"] = [None, None, 2.0, 0.1, None]
        moments.update(worst_z=None, mean_outside_5_percent=1)
        whole["rows"][0].update(verdict="wrong", figures=None, reason="the mean of x[2]")
        whole["pairs"], whole["scaling"] = [], []
        self.assertEqual(recompute_bench.check_document(whole), [])
        moments["worst_z"] = 1.0
        self.assertNotEqual(recompute_bench.check_document(whole), [])

    def test_seeds(self):
        whole = document.document()
        wrong, run = whole["rows"][2], whole["rows"][2]["runs"][2]
        run.update(verdict="not_converged", reason="R-hat 1.03", max_r_hat=1.03)
        wrong.update(verdict="not_converged", reason="1 of 3 seeds failed (2); seed 2: R-hat 1.03")
        wrong["checks"]["r_hat"]["value"] = 1.03
        self.assertEqual(recompute_bench.check_document(whole), [])
        wrong["reason"] = "2 of 3 seeds failed (1, 2); seed 1: R-hat 1.03"
        self.assertNotEqual(recompute_bench.check_document(whole), [])
        # A document of an earlier version, whose first run alone was judged.
        for row in whole["rows"]:
            for run in row["runs"]:
                for key in ("verdict", "reason", "worst_z", "limit_z"):
                    del run[key]
        whole["rows"][0]["checks"]["moments"]["limit_z"] = 4.420969700793366
        self.assertEqual(recompute_bench.check_document(whole), [])

    def test_weak_scaling(self):
        whole = altered("scaling/0/kind", "weak")
        whole["scaling"][0]["points"][1].update(speedup=4.0, efficiency=2.0, verdict="warning")
        self.assertEqual(recompute_bench.check_document(whole), [])

    def test_imbalance(self):
        row = document.row("one")
        for chains, parts, wanted in (((10, 20, 20, 10), 2, (1.0, 0)),
                                      ((10, 10, 10, 50), 2, (1.5, 1)),
                                      ((1, 1, 1, 1, 1), 2, (1.2, 1)),
                                      ((0, 0), 2, (None, None)), ((3,), 2, (None, None))):
            row["chains"] = len(chains)
            for run in row["runs"]:
                run["chain_gradients"] = list(chains)
            self.assertEqual(recompute_bench.imbalance(row, parts), wanted)

    def test_break_even(self):
        one, two = document.row("one"), document.row("two", work=0.5)
        # In a cold run 2.5 s before the draws against 2.75 s; 1.25 ms a draw against 0.625 ms.
        self.assertAlmostEqual(recompute_bench.break_even(two, one), 400)
        self.assertIsNone(recompute_bench.break_even(one, two))
        one["runs"][0]["stages"]["total_s"] = 9.0
        self.assertEqual(recompute_bench.break_even(two, one), 0)

    def test_interval_of_many_runs(self):
        values = (1.0, 1.1, 1.3, 1.6, 2.0, 2.5, 3.1, 3.8, 4.6)
        medians = run_figures.resampled(values)
        low, high = run_figures.np.quantile(medians, (0.025, 0.975))
        self.assertTrue(run_figures.interval_fits(values, low, high))
        low, high = run_figures.np.quantile(medians, (0.2, 0.8))
        self.assertFalse(run_figures.interval_fits(values, low, high))

    def test_outliers(self):
        for values, wanted in (((10.1, 9.9, 10.0, 10.3, 9.8, 14.0), 1), ((1.0, 9.0, 1.0, 1.0), 0),
                               ((1.0,) * 9 + (5.0,), 1), ((2.0,) * 6, 0)):
            self.assertEqual(run_figures.outliers(values), wanted)

    def test_verdicts(self):
        for low, high, pairs, verdict in (
                (1.03, 1.2, 3, "FASTER"), (0.8, 0.9, 3, "SLOWER"), (0.96, 1.04, 3, "SAME"),
                (0.9, 1.2, 3, "AMBIGUOUS"), (1.01, 1.06, 3, "AMBIGUOUS"),
                (None, None, 2, "AMBIGUOUS")):
            self.assertEqual(run_figures.verdict_of("ess_s", low, high, pairs), verdict)
        # Of seconds, less is better.
        self.assertEqual(run_figures.verdict_of("cached_s", 0.4, 0.6, 5), "FASTER")
        self.assertEqual(run_figures.verdict_of("cached_s", 1.5, 3, 5), "SLOWER")


class Comparison(unittest.TestCase):
    """Of the two documents of the command line's tests, as it is expected there."""

    def setUp(self):
        cli = Path(__file__).parents[2] / "cli"
        self.both = [json.loads((cli / f"inputs/bench_{name}.json").read_text(encoding="utf-8"))
                     for name in ("before", "after")]
        self.said = json.loads((cli / "cases/bench_compare_json.out").read_text(encoding="utf-8"))

    def check(self):
        return check_compare.check_comparison(self.said, *self.both)

    def test_passes_and_fits_its_schema(self):
        self.assertEqual(self.check(), [])
        schema = json.loads((SCHEMAS / "bench_compare.schema.json").read_text(encoding="utf-8"))
        self.assertEqual(list(described(schema)), [])
        validator = jsonschema.Draft202012Validator(schema)
        self.assertEqual([e.message for e in validator.iter_errors(self.said)], [])
        for document in self.both:
            self.assertEqual([e.message for e in
                              jsonschema.Draft202012Validator(SCHEMA).iter_errors(document)], [])
        self.assertEqual({row["verdict"] for row in self.said["rows"]},
                         {"FASTER", "SLOWER", "SAME", "AMBIGUOUS", "INVALID"})
        self.said["rows"][0]["verdict"] = "INVALID"
        self.assertFalse(validator.is_valid(self.said))

    def test_schema_of_the_journal_describes_its_members(self):
        schema = json.loads((SCHEMAS / "bench_rows.schema.json").read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        self.assertEqual(list(described(schema)), [])

    def test_each_statement_is_checked(self):
        for k, row in enumerate(self.said["rows"]):
            paths = [f"rows/{k}/verdict"]
            if row["verdict"] != "INVALID":
                paths += [f"rows/{k}/work", f"rows/{k}/pairs"]
            for i, figure in enumerate(row["figures"]):
                paths += [f"rows/{k}/figures/{i}/{key}" for key in figure if key != "reason"]
            for path in paths:
                with self.subTest(path):
                    self.setUp()
                    *parts, last = path.split("/")
                    at = check_page.member(self.said, "/".join(parts))
                    value = at[last]
                    at[last] = (1.25 * value if isinstance(value, float) else 7
                                if value is None or isinstance(value, int) else "MOOD")
                    self.assertNotEqual(self.check(), [])
        for key in ("rows", "only_a", "only_b", "drift"):
            self.setUp()
            self.assertTrue(self.said[key])
            del self.said[key][0]
            self.assertNotEqual(self.check(), [])


class Page(unittest.TestCase):
    def check(self, page):
        return check_page.check_page(document.document(), page)

    def test_page_passes(self):
        self.assertEqual(self.check(document.PAGE), [])

    def test_tampered_pages_fail(self):
        for old, new in (
                (">200<", ">201<"), (">50 %<", ">51 %<"), ("0.40k", "0.41k"),
                ("5.00e2", "5.01e2"), ("threads=2<", "threads=3<"),
                ("gate: worst 1e-3", "no reason"), ("rows/2/reason", "rows/2/verdict"),
                ("<td>INVALID", "<td>17"), ("INVALID", "<b data-path="
                 "'rows/2/figures/ess_s/median'>200</b>"), ("rows/0/figures/ess_s", "rows/0/x"),
                (' data-path="rows/1/figures/ess_s/median"', ""),
                ("<table>", '<img src="https://example.org/a.png"><table>'),
                ("<title>", '<link rel="stylesheet" href="a.css"><title>'),
                ("padding: 1px", "background: url(a.png)")):
            with self.subTest(new):
                page = document.PAGE.replace(old, new)
                self.assertNotEqual(page, document.PAGE)
                self.assertNotEqual(self.check(page), [])


if __name__ == "__main__":
    unittest.main()
