"""Holds report.html against bench.json: every element with a data-path, the dots of the figures of
agreement, and what is fetched."""
import collections
import html
import math
import re
from html.parser import HTMLParser

import numpy as np


class Cells(HTMLParser):
    """Texts of elements with data-path, texts of table cells without, and what is fetched."""

    EMPTY = {"meta", "br", "hr", "img", "link", "input", "col", "source"}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.shown, self.bare, self.fetched = [], [], [], []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        for name in ("src", "href", "xlink:href", "srcset", "data"):
            value = attributes.get(name) or ""
            if value and not value.startswith(("#", "data:")) and tag != "a":
                self.fetched.append(f"<{tag} {name}={value}>")
        if tag not in self.EMPTY:
            self.open.append([tag, attributes.get("data-path"), ""])

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.EMPTY:
            self.handle_endtag(tag)

    def handle_data(self, text):
        for element in reversed(self.open):
            element[2] += text
            if element[1] is not None:
                break  # not the table cell's around it
        if self.open and self.open[-1][0] == "style":
            self.fetched += re.findall(r"url\((?!['\"]?(?:data:|#))[^)]*\)|@import[^;]*", text)

    def handle_endtag(self, tag):
        while self.open:
            name, path, text = self.open.pop()
            if path is not None:
                self.shown.append((path, text.strip()))
            elif name == "td":
                self.bare.append(text.strip())
            if name == tag:
                break


def member(document, path):
    for part in path.split("/"):
        document = document[int(part)] if isinstance(document, list) else document[part]
    return document


def optional(document, path):
    """Figures of a valid row may be left out: null."""
    parts = path.split("/")
    if parts[0] == "rows" and "figures" in parts:
        figures = member(document, "/".join(parts[:3]))
        if isinstance(figures, dict) and parts[3] not in figures:
            return None
    return member(document, path)


def value_of(document, place):
    """What a data-path says: PATH, "median PATH" (runs/cached: over the cached runs), "inverse
    PATH", "ratio PATH PATH", "product PATH PATH"."""
    what, *paths = place.split(" ")
    if not paths:
        return optional(document, place)
    if what == "median":
        before, after = paths[0].split("/cached/")
        values = [member(run, after) for run in member(document, before)
                  if run["kind"] == "cached"]
        values = [v for v in values if v is not None]
        return float(np.median(values)) if values else None
    values = [optional(document, path) for path in paths]
    if None in values:
        return None
    return {"inverse": lambda a: 1 / a, "ratio": lambda a, b: a / b,
            "product": lambda a, b: a * b}[what](*values)


NUMBER = re.compile(r"([-+−]?[\d,]+(?:\.(\d+))?(?:e([-+]?\d+))?)\s*(%|[kMG](?=\b|$))?")
UNIT = {None: 1, "%": 0.01, "k": 1e3, "M": 1e6, "G": 1e9}


def shows(text, value):
    """Whether the text is the value, rounded as it is written."""
    if value is None:
        return text in ("", "–", "—", "-", "unavailable", "n/a")
    if isinstance(value, bool):
        return text in (("no", "yes")[value], str(value).lower())
    if isinstance(value, str):
        return " ".join(text.split()) == " ".join(value.split())
    found = NUMBER.match(text)
    if not found:
        return False
    number, decimals, exponent, unit = found.groups()
    scale = UNIT[unit]
    half = 0.5 * 10.0 ** (int(exponent or 0) - len(decimals or "")) * scale
    number = float(number.replace(",", "").replace("−", "-")) * scale
    return abs(number - value) <= half * (1 + 1e-6) + abs(value) * 1e-12


# --- figures of agreement ------------------------------------------------------------------

SVG = re.compile(r"<svg[^>]*>\s*<title[^>]*>Agreement: (.*?)</title>(.*?)</svg>", re.DOTALL)
TICK = re.compile(r'<text x="([^"]*)" y="([^"]*)" font-size="11" text-anchor="middle"[^>]*>'
                  r"([-\d.e]+)</text>")
DOTS = re.compile(r'<path style="([^"]*stroke-linecap:round[^"]*)" d="([^"]*)"/>')
DOT = re.compile(r"M ([-\d.]+) ([-\d.]+) L \1 \2(?![\d.])")


def axes_of(svg):
    """(y of the ticks, value of an x, values a pixel) of each panel, by its ticks."""
    ticks = collections.defaultdict(list)
    for x, y, text in TICK.findall(svg):
        ticks[float(y)].append((float(x), float(text)))
    for k, (y, marks) in enumerate(sorted(ticks.items())):
        (x0, v0), (x1, v1) = marks[0], marks[-1]
        if k:  # per cent, by its logarithm
            v0, v1 = math.log(v0), math.log(v1)
        slope = (v1 - v0) / (x1 - x0)
        yield y, lambda x, v0=v0, x0=x0, slope=slope: v0 + slope * (x - x0), abs(slope)


def dots_of(svg):
    """Each run of dots: panel, values, values a pixel."""
    axes = list(axes_of(svg))
    for style, path in DOTS.findall(svg):
        dots = [(float(x), float(y)) for x, y in DOT.findall(path)]
        if not dots or "opacity:0.7" not in style:
            continue
        panel = sum(dots[0][1] > axis[0] for axis in axes)
        yield panel, sorted(axes[panel][1](x) for x, _ in dots), axes[panel][2]


def wanted_dots(moments):
    for key in ("mean", "sd", "square"):
        numbers = [quantity[key] for quantity in moments["quantities"] if key in quantity]
        yield 0, key, [z for *_, z in numbers if z is not None and abs(z) <= moments["limit_z"]]
        if key == "square":
            continue
        percents = [1000 if None in (n[0], n[2]) or n[0] == n[2] == 0 else
                    1000 if n[2] == 0 else 100 * abs(n[0] - n[2]) / abs(n[2]) for n in numbers]
        yield 1, key, [math.log(min(max(percent, 0.01), 1000)) for percent in percents]


def check_agreement(document, text, say):
    """The dots of each row are its z within the limit, and its differences in per cent."""
    figures = SVG.findall(text)
    for k, workload in enumerate(document["workloads"]):
        drawn = [run for name, svg in figures if html.unescape(name) == workload["name"]
                 for run in dots_of(svg)]
        for row in document["rows"]:
            moments = row["checks"]["moments"]
            if row["workload"] != k or not moments or not moments.get("quantities"):
                continue
            for panel, key, values in wanted_dots(moments):
                values.sort()
                found = next((run for run in drawn if run[0] == panel and len(run[1]) == len(values)
                              and all(abs(x - v) <= 0.03 * run[2] for x, v in zip(run[1], values))),
                             None)
                if found:
                    drawn.remove(found)
                elif values:
                    say(f"page: agreement: no dots are the {key} of {row['id']}, panel {panel}")


def check_baseline(comparison, named):
    """What a comparison says and isn't shown."""
    wanted = [f"drift/{k}/{end}" for k in range(len(comparison.get("drift", ())))
              for end in ("what", "a", "b")]
    for key in ("only_a", "only_b"):
        wanted += [f"{key}/{k}/{member_}" for k in range(len(comparison.get(key, ())))
                   for member_ in ("id", "text")]
    for k, row in enumerate(comparison.get("rows", ())):
        wanted += [f"rows/{k}/{key}" for key in ("id", "verdict", "reason")]
        wanted += [f"rows/{k}/notes/{i}" for i in range(len(row["notes"]))]
        for i, figure in enumerate(row["figures"]):
            wanted += [f"rows/{k}/figures/{i}/{key}" for key in (
                "a", "b", "ratio", "pairs", "verdict", "low", "high")
                if key not in ("low", "high") or figure[key] is not None]
    return [f"page: baseline/{path} isn't shown" for path in wanted
            if f"baseline/{path}" not in named]


def check_page(document, text):
    said, cells = [], Cells()
    cells.feed(text)
    said += [f"page: fetches {what}" for what in cells.fetched]
    if not cells.shown:
        said.append("page: no element has a data-path")
    for path, shown in cells.shown:
        parts = path.split("/")
        try:
            value = value_of(document, path)
        except (KeyError, IndexError, ValueError, TypeError):
            row = document["rows"][int(parts[1])] if parts[0].split(" ")[-1] == "rows" else {}
            reason = " of a row that is not valid" if row.get("verdict", "valid") != "valid" else ""
            said.append(f"page: {path}{reason}: no such member")
            continue
        if not shows(shown, value):
            said.append(f"page: {path}: shows {shown!r}, the document has {value!r}")
    said += [f"page: a number without a data-path: {text!r}" for text in cells.bare
             if re.match(r"^[-+−]?[\d,.]+(e[-+]?\d+)?\s*(%|[kMG]|ms|s)?$", text)]
    if "<svg" in text:
        check_agreement(document, text, said.append)
    named = {path for path, _ in cells.shown}
    said += check_baseline(document["baseline"] or {}, named)
    for k, row in enumerate(document["rows"]):
        wanted = (f"rows/{k}/figures/ess_s/median" if row["verdict"] == "valid"
                  and row["figures"].get("ess_s") else f"rows/{k}/reason")
        if row["verdict"] != "valid" and wanted not in named:
            said.append(f"page: {row['id']} is not valid, and its reason isn't shown")
        elif wanted not in named:
            said.append(f"page: ESS/s of {row['id']} isn't shown")
    return said
