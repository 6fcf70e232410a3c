"""A small bench.json whose figures were worked out by hand, and the page that shows it.

Three cached runs of 0.5 + 0.5 s with ESS 100, 200, 300: the interval of three is Student's of their
logarithms, mean +- 4.302652729911275 standard errors.
"""
import math

SHA = "0" * 64


def run(repeat, kind="cached", ess=200, work=1.0, total=2.0):
    return {
        "kind": kind, "repeat": repeat, "seed": 1 + repeat, "order": repeat, "started_s": 0.5,
        "verdict": "valid", "reason": "", "worst_z": 2.0, "limit_z": 4.5,
        "stages": {"load_s": 0.1, "compile_s": 0.1, "upload_s": None, "warmup_s": work / 2,
                   "sampling_s": work / 2, "download_s": None, "diagnostics_s": 0.1,
                   "output_s": 0.1, "rest_s": 0.6, "total_s": total},
        "gradients": 1000, "warmup_gradients": 500, "divergent": 0, "kept": 400,
        "min_ess_bulk": ess, "min_ess_bulk_name": "mu", "min_ess_tail": ess + 50,
        "min_ess_tail_name": "tau", "min_ess_square": 400, "ess_lp": 150,
        "max_r_hat": 1.005, "max_r_hat_name": "tau", "converged_s": 0.25,
        "draws_sha256": SHA, "chain_gradients": [250, 250],
        "telemetry": {
            "host_memory_peak_bytes": 1 << 20, "host_memory_mean_bytes": 1e6,
            "device_memory_peak_bytes": None, "device_memory_mean_bytes": None,
            "device_busy": 0.9, "sm_active": None, "lane_efficiency": None, "joules_host": 10.0,
            "joules_device": None, "clock_mhz_mean": 2000.0, "clock_mhz_min": 1900.0,
            "throttled": None, "samples": [[0.0, 1e6, 0.5, None, None, 2000.0]],
            "unavailable": {"joules_device": "no such counter"}},
    }


def student(values):
    logs = [math.log(v) for v in values]
    mean = sum(logs) / 3
    half = 4.302652729911275 * math.sqrt(sum((x - mean) ** 2 for x in logs) / 2 / 3)
    return math.exp(mean - half), math.exp(mean + half)


def estimate(median, low=None, high=None, n=3):
    """Of three runs, the least and the largest given unless all are equal."""
    same = n >= 3 and low is None
    if low is not None:
        low, high = student((low, median, high))
    return {"median": median, "low": median if same else low, "high": median if same else high,
            "n": n, "outliers": 0}


def row(name, ess=(100, 200, 300), work=1.0, backend="cpu", threads=1, verdict="valid",
        reason=""):
    figures = None
    if verdict == "valid":
        low, middle, high = (x / work for x in ess)
        figures = {
            "gradients_s": estimate(1000 / work), "us_gradient": estimate(1000 * work),
            "bulk_s": estimate(middle, low, high),
            "tail_s": estimate(middle + 50 / work, low + 50 / work, high + 50 / work),
            "square_s": estimate(400 / work), "lp_s": estimate(150 / work),
            "ess_s": estimate(middle, low, high),
            "ess_1000_gradients": estimate(ess[1] * 2, ess[0] * 2, ess[2] * 2),
            "cached_s": estimate(2.0),
            "ess_whole_s": estimate(ess[1] / 2, ess[0] / 2, ess[2] / 2),
            "converged_s": estimate(0.25), "cold_s": estimate(3.0, n=1),
            "ess_joule": estimate(ess[1] / 10, ess[0] / 10, ess[2] / 10)}
        if threads == 1 and backend == "cpu":
            # 8e6 bytes 1000 times a second of 16e9; 1e6 operations 1000 times of 4e9.
            figures["bandwidth_share"] = estimate(0.5)
            figures["flops_share"] = estimate(0.25)
    return {
        "id": name, "workload": 0, "backend": backend, "backend_version": "0.1.0", "form": "",
        "devices": [{"id": "cpu", "name": "A processor", "driver": None, "driver_version": None,
                     "memory_bytes": 1 << 30, "clock_mhz": 2000.0, "ecc": None}],
        "chains": 2, "threads": threads, "precision": "double", "data_sha256": SHA,
        "compiler": "gcc", "compiler_flags": "-O3", "versions": {}, "verdict": verdict,
        "reason": reason, "warnings": [],
        "checks": {
            "gate_host": {"points": 20, "worst": 1e-15, "limit": 1e-10, "passed": True},
            "gate_device": None, "bits_of_cpu": None, "moments": None,
            "r_hat": {"value": 1.005, "limit": 1.02, "name": "tau"},
            "ess": {"value": float(min(*ess, 200)), "limit": 50.0, "name": "mu"},
            "truth": {"inside": 9, "of": 10, "least": 5}},
        "runs": [run(0, "cold", work=work, total=3.0)] + [run(k, ess=e, work=work)
                                               for k, e in enumerate(ess)],
        "figures": figures, "advice": [],
    }


def moments(zs, tests=None, freedom=100, limit=4.699853834829571):
    """Quantities whose means are so many errors off, standard deviations not at all. The limit is
    Student's quantile of four tests of three seeds."""
    quantities = [{"name": f"x[{k + 1}]", "mean": [2 + z * 5 / 64, 3 / 64, 2.0, 4 / 64, z],
                   "sd": [1.0, 0.03125, 1.0, 0.0625, 0.0],
                   "square": [(2 + z * 5 / 64) ** 2 + 0.99, 0.3, 4.99, 0.4,
                              ((2 + z * 5 / 64) ** 2 - 4) / 0.5]} for k, z in enumerate(zs)]
    worst = max(range(len(zs)), key=lambda k: abs(zs[k]))
    return {"tests": tests or 2 * len(zs), "worst_z": abs(zs[worst]), "limit_z": limit,
            "name": f"mean of x[{worst + 1}]",
            "mean_outside_5_percent": sum(abs(z) * 5 / 64 > 0.1 for z in zs),
            "sd_outside_10_percent": 0, "left_out": 0, "degrees_of_freedom": freedom,
            "quantities": quantities}


def document():
    """Rows: one thread, two threads (twice as fast), a wrong backend."""
    one, two = "hierarchy/cpu/threads=1", "hierarchy/cpu/threads=2"
    wrong = "hierarchy/wrong"
    point = {"imbalance": None, "straggler": None, "reason": ""}  # threads have no chains of their own
    first = row(one)
    first["checks"]["moments"] = moments((1.0, -2.0))
    return {
        "schema_version": 1, "bench_schema_version": 2,
        "environment": {
            "time": "2026-01-01T00:00:00Z", "ergode_version": "0.1.0", "commit": None,
            "built_by": "gcc 12", "build_flags": "-O3", "cpu": "A processor", "sockets": 1,
            "cores": 2, "cores_physical": 2, "smt": False, "governor": None,
            "clock_mhz_max": None, "memory_bytes": 1 << 30, "os": "Debian", "kernel": "6.1",
            "libc": "glibc 2.36", "load_average_before": 0.1, "load_average_after": 0.2,
            "command": "ergode bench", "configs": [{"path": "default.ini", "sha256": SHA}],
            "plugins": [{"id": "cpu", "version": "0.1.0", "path": "cpu.so", "sha256": SHA}]},
        "settings": {"set": "default", "preset": "quick", "warmup": 200, "draws": 200, "seed": 1,
                     "repeats": 3, "target_accept": 0.8, "order_seed": 1, "time_limit_s": 3600},
        "peaks": [{"backend": "cpu", "device": "cpu", "threads": 1, "read_gb_s": 16.0,
                   "gflops": 4.0, "how": "a loop"}],
        "workloads": [{
            "name": "hierarchy", "model": "hierarchy.toml", "model_sha256": SHA,
            "data": "simulated", "data_sha256": SHA, "simulation_seed": 1,
            "sizes": {"group": 10}, "coordinates": 12, "quantities": 13, "observations": 100,
            "truth": True, "counts": {"bytes_gradient": 8e6, "flops_gradient": 1e6,
                                      "functions_gradient": 0}}],
        "rows": [first, row(two, work=0.5, threads=2),
                 row(wrong, backend="wrong", verdict="wrong", reason="gate: worst 1e-3")],
        "pairs": [
            {"workload": 0, "a": two, "b": one, "figure": "ess_s", "ratio": 2.0, "low": 2.0,
             "high": 2.0, "verdict": "FASTER", "break_even_draws": None},
            # Set-up 3 - 0.25 s against 3 - 0.5 s, draws of 0.25 / 400 s against 0.5 / 400 s.
            {"workload": 0, "a": two, "b": one, "figure": "cached_s", "ratio": 1.0, "low": 1.0,
             "high": 1.0, "verdict": "SAME", "break_even_draws": 400.0},
            {"workload": 0, "a": wrong, "b": one, "figure": "ess_s", "ratio": None, "low": None,
             "high": None, "verdict": "INVALID", "break_even_draws": None}],
        "scaling": [{
            "workload": 0, "backend": "cpu", "axis": "threads", "kind": "strong", "points": [
                {"n": 1, "row": one, "seconds": 1.0, "speedup": 1.0, "efficiency": 1.0,
                 "band": None, "verdict": "first", **point},
                {"n": 2, "row": two, "seconds": 0.5, "speedup": 2.0, "efficiency": 1.0,
                 "band": [1.6, 2.0], "verdict": "pass", **point},
                {"n": 8, "row": None, "seconds": None, "speedup": None, "efficiency": None,
                 "band": [6.0, 8.0], "verdict": "skipped", **point,
                 "reason": "2 cores here"}]}],
        "skipped": [{"backend": "cuda", "reason": "no driver: install one"}],
        "warnings": [], "baseline": None,
    }


PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>t</title>
<style>td { padding: 1px }</style></head><body><table>
<tr><td data-path="rows/0/id">hierarchy/cpu/threads=1</td>
<td><b data-path="rows/0/figures/ess_s/median">200</b></td>
<td data-path="rows/0/figures/bandwidth_share/median">50 %</td></tr>
<tr><td data-path="rows/1/id">hierarchy/cpu/threads=2</td>
<td data-path="rows/1/figures/ess_s/median">0.40k</td>
<td data-path="rows/1/figures/us_gradient/median">5.00e2</td></tr>
<tr><td data-path="rows/2/id">hierarchy/wrong</td>
<td data-path="rows/2/reason">gate: worst 1e-3</td><td>INVALID</td></tr>
</table></body></html>
"""
