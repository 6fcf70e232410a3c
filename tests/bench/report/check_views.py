"""Holds the terminal's text, report.md and report.csv against bench.json.

Finds the tables by their headings, the rows by their names, and compares every figure with the
document, or, where the document has none (seconds of warm-up and sampling, stages), with what
follows from its runs. Shares nothing with Ergode.
"""
import csv
import io
import math
import re
import statistics

STAGES = ("load", "compile", "upload", "warmup", "sampling", "download", "diagnostics", "output",
          "rest", "total")
NAMES = {"warm-up": "warmup"}  # of stages, as people read them


def cached(row):
    return [run for run in row["runs"] if run["kind"] == "cached"]


# --- names -------------------------------------------------------------------------------

def short_name(row):
    devices = [device["id"] for device in row["devices"]]
    name = row["backend"]
    if devices and devices != [row["backend"]]:
        name += " " + "+".join(devices)
    return name + (" " + row["form"] if row["form"] else "")


def counted(n, what):
    return f", {n:,} {what}{'' if n == 1 else 's'}"


def differ(document, workload, key):
    return len({row[key] for row in document["rows"] if row["workload"] == workload}) > 1


def full_name(document, row):
    name = short_name(row)
    for key in ("chains", "threads"):
        if differ(document, row["workload"], key):
            name += counted(row[key], key[:-1])
    return name


def lesser_form(document, row):
    """A peer's form that isn't the better one: not in the tables."""
    def worth(one):
        return one["figures"]["ess_s"]["median"] if one["verdict"] == "valid" else 0
    others = [one for one in document["rows"]
              if one["form"] and one["id"] != row["id"] and all(
                  one[key] == row[key] for key in ("workload", "backend", "chains", "threads"))]
    return bool(row["form"]) and any(worth(one) > worth(row) for one in others)


# --- numbers -----------------------------------------------------------------------------

def shown(text, value, digits=3):
    """Whether the text is the value with that many digits."""
    if value is None:
        return text == "-"
    try:
        number = float(text.replace(",", ""))
    except ValueError:
        return False
    if value == 0:
        return number == 0
    half = 0.5 * 10.0 ** (math.floor(math.log10(abs(value))) + 1 - digits)
    return abs(number - value) <= half * (1 + 1e-9)


def shown_percent(text, share):
    if share is None:
        return text == "-"
    return text.endswith(" %") and shown(text[:-2], 100 * share)


def shown_range(text, low, high):
    if low is None or high is None:
        return text == "-"
    ends = text.split("–")
    return len(ends) == 2 and shown(ends[0], low) and shown(ends[1], high)


def median(values):
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def work_seconds(row):
    return median([run["stages"]["warmup_s"] + run["stages"]["sampling_s"]
                   for run in cached(row)])


def stage_seconds(row, name):
    return median([run["stages"][name + "_s"] for run in cached(row)])


# --- tables ------------------------------------------------------------------------------

def markdown_tables(text):
    """(heading, titles, rows) of each table, the heading that of the section."""
    heading, table = "", None
    for line in text.splitlines() + [""]:
        if line.startswith("#"):
            heading = line.lstrip("# ")
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if table is None:
                table = (heading, cells, [])
            elif not re.fullmatch(r"[|:-]+", line):
                table[2].append([cell for cell in cells])
        elif table:
            yield table
            table = None


def terminal_tables(text):
    """The same from columns two blanks apart; continued lines begin with blanks."""
    first = {"row", "ratio", "threads", "devices"}
    heading, table, before = "", None, ""
    for line in text.splitlines() + [""]:
        cells = re.split(r" {2,}", line.strip())
        if table is None and cells[0] in first and len(cells) > 1:
            heading = before or heading
            table = (heading, cells, [])
        elif table and not line.strip():
            yield table
            table = None
        elif table and re.match(r" {9,}", line) and len(cells) < 2:
            table[2][-1][-1] += " " + line.strip()
        elif table:
            table[2].append(cells)
        before = line if line.strip() else ""


class Views:
    def __init__(self, document, say):
        self.document, self.say = document, say
        self.rows = {row["id"]: row for row in document["rows"]}
        self.seen = set()

    def workload_of(self, heading):
        for k, workload in enumerate(self.document["workloads"]):
            if heading.startswith((workload["name"] + ":", workload["name"] + ",")):
                return k
        return None

    def row_named(self, workload, cells):
        for row in self.document["rows"]:
            if row["workload"] == workload and short_name(row) == cells.get("row") and all(
                    key not in cells or cells[key] == f"{row[key]:,}"
                    for key in ("chains", "threads")):
                return row
        return None

    def wrong(self, where, what, got, wanted):
        self.say(f"{where}: {what}: shows {got!r}, the document has {wanted!r}")

    def figure(self, where, cells, title, value, fits=shown):
        if title in cells and not fits(cells[title], value):
            self.wrong(where, title, cells[title], value)

    def table(self, heading, titles, lines):
        workload = self.workload_of(heading)
        if workload is None:
            self.say(f"a table without a workload: {heading!r}")
            return
        for line in lines:
            cells = dict(zip(titles, line))
            if titles[0] == "row":
                self.row(workload, cells)
            elif titles[0] == "ratio":
                self.pair(workload, cells)
            else:
                self.point(heading, titles[0], cells)

    def row(self, workload, cells):
        row = self.row_named(workload, cells)
        where = f"{self.document['workloads'][workload]['name']}, {cells.get('row')}"
        if row is None:
            self.say(f"{where}: no such row")
            return
        if "verdict" in cells:
            self.seen.add(row["id"])
            if (cells["verdict"] == "valid") != (row["verdict"] == "valid"):
                self.wrong(where, "verdict", cells["verdict"], row["verdict"])
        self.checks(where, row, cells)
        if row["verdict"] != "valid":
            if "verdict" in cells and row["reason"].split(",")[0] not in " ".join(cells.values()):
                self.say(f"{where}: its reason isn't shown")
            if re.fullmatch(r"[\d,.e-]+", cells.get("ESS/s", "x")) or "cached s" in cells:
                self.say(f"{where}: a figure of a row that isn't valid")
            return
        figures = row["figures"]

        def of(name, end="median"):
            return figures[name][end] if figures.get(name) else None
        self.figure(where, cells, "ESS/s", of("ess_s"))
        if "95 %" in cells and not shown_range(cells["95 %"], of("ess_s", "low"),
                                               of("ess_s", "high")):
            self.wrong(where, "95 %", cells["95 %"], figures["ess_s"])
        self.figure(where, cells, "us/gradient", of("us_gradient"))
        self.figure(where, cells, "ESS/1000 gr.", of("ess_1000_gradients"))
        self.figure(where, cells, "work s", work_seconds(row))
        self.figure(where, cells, "cached s", of("cached_s"))
        self.figure(where, cells, "cold s", of("cold_s"))
        self.figure(where, cells, "bandwidth", of("bandwidth_share"), shown_percent)
        self.figure(where, cells, "arithmetic", of("flops_share"), shown_percent)
        self.figure(where, cells, "ESS/joule", of("ess_joule"))
        if "bits" in cells and cells["bits"] != (row["checks"]["bits_of_cpu"] or "-"):
            self.wrong(where, "bits", cells["bits"], row["checks"]["bits_of_cpu"])
        self.stages(where, row, cells)

    def stages(self, where, row, cells):
        if "% of a cached run" in cells:
            seconds = {name: stage_seconds(row, name) or 0 for name in STAGES[:-1]}
            shares = {name: s / sum(seconds.values()) for name, s in seconds.items()}
            wanted = {name for name, share in shares.items() if share >= 0.05}
            named = re.findall(r"([a-z-]+) (\d+)", cells["% of a cached run"])
            if {NAMES.get(name, name) for name, _ in named} != wanted:
                self.wrong(where, "stages", cells["% of a cached run"], shares)
            for name, percent in named:
                share = shares.get(NAMES.get(name, name), 2)
                if abs(int(percent) - 100 * share) > 0.5 + 1e-9:
                    self.wrong(where, name, percent, share)
        if "ms" in cells:
            cold = [run for run in row["runs"] if run["kind"] == "cold"]
            for name in STAGES:
                seconds = (stage_seconds(row, name) if cells["ms"] == "cached"
                           else cold[0]["stages"][name + "_s"])
                title = {v: k for k, v in NAMES.items()}.get(name, name)
                self.figure(where, cells, title, None if seconds is None else 1000 * seconds)

    def checks(self, where, row, cells):
        checks, first = row["checks"], row["runs"][0] if row["runs"] else None
        for title, gate in (("gate host", "gate_host"), ("device", "gate_device")):
            worst = checks[gate] and checks[gate]["worst"]
            self.figure(where, cells, title, worst, lambda text, value: shown(text, value, 2))
        if "worst z (limit)" in cells and checks["moments"]:
            worst, limit = cells["worst z (limit)"].rstrip(")").split(" (")
            if abs(float(worst) - checks["moments"]["worst_z"]) > 0.0051 or abs(
                    float(limit) - checks["moments"]["limit_z"]) > 0.0051:
                self.wrong(where, "z", cells["worst z (limit)"], checks["moments"])
        def whole(text, value):
            return text == ("-" if value is None else f"{value:.0f}")
        for title, key, fits in (("ESS (limit)", "ess", whole), ("R-hat (limit)", "r_hat", (
                lambda text, value: shown(text, value, 4)))):
            if title in cells and first:
                value, _, limit = cells[title].rstrip(")").partition(" (")
                if not fits(value, checks[key]["value"]) or not fits(limit or "-",
                                                                     checks[key]["limit"]):
                    self.wrong(where, title, cells[title], checks[key])
        if "divergent" in cells and int(cells["divergent"]) != sum(
                run["divergent"] for run in row["runs"]):
            self.wrong(where, "divergent", cells["divergent"], "another sum")

    def pair(self, workload, cells):
        where = f"ratio {cells['ratio']}"
        found = {}
        for pair in self.document["pairs"]:
            both = [self.rows[pair[end]] for end in "ab"]
            if pair["workload"] == workload and cells["ratio"] == " / ".join(
                    map(short_name, both)) and all(cells.get(key, f"{row[key]:,}") == f"{row[key]:,}"
                                                   for key in ("chains", "threads")
                                                   for row in both):
                found[pair["figure"]] = pair
        if "ess_s" not in found:
            self.say(f"{where}: no such pair")
            return
        pair = found["ess_s"]
        self.figure(where, cells, "ESS/s", pair["ratio"])
        if "95 %" in cells and not shown_range(cells["95 %"], pair["low"], pair["high"]):
            self.wrong(where, "95 %", cells["95 %"], pair)
        if cells["verdict"] != pair["verdict"]:
            self.wrong(where, "verdict", cells["verdict"], pair["verdict"])
        for title, name in (("gradients/s", "gradients_s"), ("cached s", "cached_s")):
            self.figure(where, cells, title, found[name]["ratio"] if name in found else None)
        self.figure(where, cells, "break-even",
                    found["cached_s"]["break_even_draws"] if "cached_s" in found else None)

    def point(self, heading, axis, cells):
        kind = "weak" if ": weak" in heading else "strong"
        first = re.match(r"(.*?), (.*): (?:weak|strong) scaling over \w+, ([\d,]+) chain", heading)
        where = f"{heading}, {cells[axis]}"
        points = [point for curve in self.document["scaling"] for point in curve["points"]
                  if curve["axis"] == axis and curve["kind"] == kind
                  and first and self.document["workloads"][curve["workload"]]["name"] == first[1]
                  and short_name(self.rows[curve["points"][0]["row"]]) == first[2]
                  and f"{self.rows[curve['points'][0]['row']]['chains']:,}" == first[3]
                  and str(point["n"]) == cells[axis]]
        if len(points) != 1:
            self.say(f"{where}: {len(points)} such points")
            return
        point = points[0]
        if cells["verdict"] != point["verdict"]:
            self.wrong(where, "verdict", cells["verdict"], point["verdict"])
        if point["verdict"] == "skipped":
            if point["reason"].split(":")[0] not in " ".join(cells.values()):
                self.say(f"{where}: its reason isn't shown")
            return
        self.figure(where, cells, "work s", point["seconds"])
        self.figure(where, cells, "speedup", point["speedup"])
        self.figure(where, cells, "efficiency", point["efficiency"], shown_percent)
        self.figure(where, cells, "imbalance", point["imbalance"])
        if "band" in cells and not shown_range(cells["band"], *(point["band"] or (None, None))):
            self.wrong(where, "band", cells["band"], point["band"])
        straggler = point["straggler"]
        wanted = "-" if straggler is None or point["n"] == 1 else \
            self.rows[point["row"]]["devices"][straggler]["id"]
        if cells.get("straggler", wanted) != wanted:
            self.wrong(where, "straggler", cells["straggler"], wanted)

    SENTENCES = (
        # "hierarchy: cpu wins with 12,300 ESS/s, 2.1 times opencl pocl:0 (95 %: 2.0–2.2)"
        r"(?P<best>.{1,90}?) (?P<wins>wins) with (?P<ess>[\d,.e]+) ESS/s, "
        r"(?P<ratio>[\d,.e-]+) times (?P<other>.{1,90}?) \(95 %: (?P<ends>[^)]*)\)",
        r"undecided between (?P<best>.{1,90}?) \((?P<ess>[\d,.e]+) ESS/s\) and "
        r"(?P<other>.{1,90}?) \((?P<less>[\d,.e]+)\): (?:run by run )?"
        r"(?P<ratio>[\d,.e-]+) times (?:\(95 %: (?P<ends>[^)]*)\)|in \d+ run)",
        r"(?P<best>.{1,90}?) and (?P<other>.{1,90}?) are equally fast: (?P<ess>[\d,.e]+) ESS/s, "
        r"a ratio of (?P<ratio>[\d,.e-]+) \(95 %: (?P<ends>[^)]*)\)",
        r"(?P<best>.{1,90}?) has most, (?P<ess>[\d,.e]+) ESS/s; no other row",
        r"(?P<best>.{1,90}?) has (?P<ess>[\d,.e]+) ESS/s, and nothing valid")

    def sentences(self, text):
        text = " ".join(text.split())
        for k, workload in enumerate(self.document["workloads"]):
            valid = [row for row in self.document["rows"]
                     if row["workload"] == k and row["verdict"] == "valid"]
            found = [match for match in (re.search(re.escape(workload["name"] + ": ") + sentence,
                                                   text) for sentence in self.SENTENCES) if match]
            if not found and valid:
                self.say(f"{workload['name']}: no sentence says who wins")
            if found and valid:
                self.sentence(k, valid, found[0].groupdict())

    def sentence(self, workload, valid, said):
        best = max(valid, key=lambda row: row["figures"]["ess_s"]["median"])
        where = f"{self.document['workloads'][workload]['name']}: {said['best']}"
        if said["best"] != full_name(self.document, best):
            self.wrong(where, "the best", said["best"], best["id"])
        if not shown(said["ess"], best["figures"]["ess_s"]["median"]):
            self.wrong(where, "ESS/s", said["ess"], best["figures"]["ess_s"])
        if "ratio" not in said:
            return
        for pair in self.document["pairs"]:
            both = [self.rows[pair[end]] for end in "ab"]
            names = [full_name(self.document, row) for row in both]
            if pair["figure"] == "ess_s" and pair["workload"] == workload and pair["ratio"] and \
                    sorted(names) == sorted((said["best"], said["other"])):
                break
        else:
            self.say(f"{where}: compared with {said['other']!r}, which is no pair")
            return
        turned = names[0] != said["best"]
        value, low, high = pair["ratio"], pair["low"], pair["high"]
        if turned:
            value, low, high = 1 / value, 1 / high if high else None, 1 / low if low else None
        if not shown(said["ratio"], value) or (said["ends"] and not shown_range(said["ends"], low,
                                                                                 high)):
            self.wrong(where, "ratio", (said["ratio"], said["ends"]), (value, low, high))
        if ("wins" in said) != (pair["verdict"] == ("SLOWER" if turned else "FASTER")):
            self.wrong(where, "verdict", said, pair["verdict"])
        less = both[0 if turned else 1]["figures"]["ess_s"]["median"]
        if "less" in said and not shown(said["less"], less):
            self.wrong(where, "ESS/s of the other", said["less"], less)

    def check(self, text, tables):
        n = 0
        for heading, titles, lines in tables:
            self.table(heading, titles, lines)
            n += 1
        if not n and self.document["rows"]:
            self.say("no tables")
        self.sentences(text)
        for row in self.document["rows"]:
            if row["id"] not in self.seen and not lesser_form(self.document, row):
                self.say(f"{row['id']}: in no table")
        for skipped in self.document["skipped"]:
            if " ".join(skipped["reason"].split()) not in " ".join(text.split()):
                self.say(f"skipped {skipped['backend']}: its reason isn't shown")


def check_markdown(document, text):
    said = []
    Views(document, lambda what: said.append("report.md: " + what)).check(
        text, markdown_tables(text))
    return said


def check_terminal(document, text):
    said = []
    Views(document, lambda what: said.append("terminal: " + what)).check(
        text, terminal_tables(text))
    return said


# --- CSV ---------------------------------------------------------------------------------

# Columns that are a run's or a row's member of the same name, and where to look for it.
OF_RUN = ("kind", "repeat", "seed", "order", "started_s", "gradients", "warmup_gradients",
          "divergent", "kept", "min_ess_bulk", "min_ess_bulk_name", "min_ess_tail",
          "min_ess_tail_name", "min_ess_square", "ess_lp", "max_r_hat", "max_r_hat_name",
          "converged_s")
OF_ROW = ("id", "data_sha256", "backend", "backend_version", "form", "chains", "threads",
          "verdict", "reason")
TELEMETRY = ("host_memory_peak_bytes", "host_memory_mean_bytes", "joules_host",
             "clock_mhz_mean", "clock_mhz_min", "throttled", "device_memory_peak_bytes",
             "device_memory_mean_bytes", "joules_device", "device_mhz_mean", "device_mhz_min",
             "sm_active", "device_busy", "lane_efficiency")


def same(text, value):
    if value is None:
        return text == ""
    if isinstance(value, bool):
        return text == str(int(value))
    if isinstance(value, (int, float)):
        try:
            return math.isclose(float(text), value, rel_tol=1e-9, abs_tol=1e-300)
        except ValueError:
            return False
    return text == value


def check_csv(document, text, figures_of_run):
    said, lines = [], list(csv.DictReader(io.StringIO(text, newline="")))
    runs = [(row, run) for row in document["rows"] for run in row["runs"] or [None]]
    if len(lines) != len(runs):
        return [f"report.csv: {len(lines)} lines, {len(runs)} runs"]
    for line, (row, run) in zip(lines, runs):
        wanted = {name: row[name] for name in OF_ROW}
        workload = document["workloads"][row["workload"]]
        wanted.update(workload=workload["name"], model=workload["model"],
                      devices="+".join(device["id"] for device in row["devices"]),
                      bits_of_cpu=row["checks"]["bits_of_cpu"],
                      warnings=" ".join(warning["kind"] for warning in row["warnings"]),
                      warmup=document["settings"]["warmup"], draws=document["settings"]["draws"],
                      ergode_version=document["environment"]["ergode_version"],
                      cpu=document["environment"]["cpu"], time=document["environment"]["time"])
        wanted.update({name: run and run[name] for name in OF_RUN})
        wanted.update({"run_" + name: run and run.get(name) for name in ("verdict", "reason")})
        wanted.update({name + "_s": run and run["stages"][name + "_s"] for name in STAGES})
        telemetry = (run and run["telemetry"]) or {}
        wanted.update({name: telemetry.get(name) for name in TELEMETRY})
        figures = figures_of_run(document, row, run) if run and row["verdict"] == "valid" else {}
        for name in line:
            if name not in wanted:
                wanted[name] = figures.get(name)
        for name in figures:
            if name not in line and name not in ("cached_s",):
                said.append(f"report.csv: no column {name}")
        for name, value in wanted.items():
            if not same(line.get(name), value):
                said.append(f"report.csv: {row['id']}, {run and run['order']}: {name} is "
                            f"{line.get(name)!r}, the document has {value!r}")
    return said
