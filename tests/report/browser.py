#!/usr/bin/env python3
"""Opens pages in headless Chromium and says what is wrong with them.

    browser.py PAGE.html... [--png DIR [--height PIXELS]]

Each page is shown light, dark, on a phone (390 px) and as print. Wrong are: messages of
errors or warnings on the console; a request for anything but the page itself; a page wider
than the screen; figures that are empty or have labels cut off, on top of each other or too
small; text that stands out too little (WCAG 2: 4.5 to 1); ids used twice, links to nowhere.
--png keeps the pictures as DIR/PAGE-light.png and so on, and what is printed as DIR/PAGE.pdf.

Exit code 1 where something is wrong, 77 where there is no Chromium ($CHROMIUM names another)
or no Playwright (tests/python/browser.txt).
"""
import argparse
import os
import pathlib
import shutil
import sys

PHONE, SCREEN, PAPER = 390, 1280, 718  # 718: A4 within its margins
MODES = {
    "light": {"width": SCREEN, "scheme": "light"},
    "dark": {"width": SCREEN, "scheme": "dark"},
    "phone": {"width": PHONE, "scheme": "light"},
    "print": {"width": PAPER, "scheme": "dark"},  # paper stays white all the same
}

CHECKS = r"""
width => {
  for (const d of document.querySelectorAll('details')) d.open = true;
  const faults = [], say = text => { if (!faults.includes(text)) faults.push(text); };
  const short = e => e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + ' "' +
      (e.textContent || '').trim().replace(/\s+/g, ' ').slice(0, 30) + '"';

  /* Nothing wider than the screen, except what scrolls by itself. */
  const scrolls = e => {
    for (let a = e.parentElement; a && a !== document.body; a = a.parentElement)
      if (/auto|scroll/.test(getComputedStyle(a).overflowX)) return true;
    return false;
  };
  if (document.documentElement.scrollWidth > width)
    say(`the page is ${document.documentElement.scrollWidth} px wide on ${width}`);
  const beyond = r => r.width && (r.right > width + 1 || r.left < -1);
  for (const e of document.body.querySelectorAll('*')) {
    if (e.ownerSVGElement || scrolls(e)) continue;
    const r = e.getBoundingClientRect();
    if (beyond(r) && !beyond(e.parentElement.getBoundingClientRect()))
      say(`${short(e)} reaches from ${r.left.toFixed()} to ${r.right.toFixed()} px on ${width}`);
  }

  /* Figures: shapes, and labels that can be read. */
  for (const svg of document.querySelectorAll('svg')) {
    const frame = svg.getBoundingClientRect();
    const title = svg.querySelector('title');
    const name = 'figure ' + (title ? title.textContent :
                              svg.getAttribute('aria-label') || svg.id);
    if (frame.width < 20 || frame.height < 20)
      say(`${name} is ${frame.width.toFixed()} x ${frame.height.toFixed()} px`);
    const shapes = [...svg.querySelectorAll('path,line,rect,circle,polyline,polygon')];
    if (!shapes.some(s => { const b = s.getBBox(); return b.width > 0 || b.height > 0; }))
      say(`${name} is empty`);
    const texts = [...svg.querySelectorAll('text')].map(t =>
        ({text: t.textContent, box: t.getBoundingClientRect()}));
    const scale = svg.viewBox.baseVal && svg.viewBox.baseVal.width ?
        frame.width / svg.viewBox.baseVal.width : 1;
    for (const t of svg.querySelectorAll('text')) {
      const size = scale * parseFloat(getComputedStyle(t).fontSize);
      if (size < 7.5) say(`${name} has letters of ${size.toFixed(1)} px`);
    }
    const slack = 1.5;
    for (const t of texts)
      if (t.box.left < frame.left - slack || t.box.right > frame.right + slack ||
          t.box.top < frame.top - slack || t.box.bottom > frame.bottom + slack)
        say(`${name}: "${t.text}" is cut off`);
    for (let i = 0; i < texts.length; i++)
      for (let k = 0; k < i; k++) {
        const a = texts[i].box, b = texts[k].box;
        const w = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const h = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        const least = Math.min(a.width * a.height, b.width * b.height);
        if (w > 0 && h > 0 && w * h > 0.15 * least)
          say(`${name}: "${texts[k].text}" and "${texts[i].text}" lie on each other`);
      }
  }

  /* Contrast of texts with what is behind them. */
  const rgba = text => {
    const n = (text.match(/[\d.]+/g) || []).map(Number);
    return n.length < 3 ? null : [n[0], n[1], n[2], n.length > 3 ? n[3] : 1];
  };
  const luminance = c => {
    const [r, g, b] = c.slice(0, 3).map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = e => {
    for (let a = e; a; a = a.parentElement) {
      const c = rgba(getComputedStyle(a).backgroundColor);
      if (c && c[3] > 0.99) return c;
    }
    return [255, 255, 255, 1];
  };
  for (const e of document.body.querySelectorAll('*')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.nodeValue.trim())) continue;
    if (e.ownerSVGElement && !e.closest('text')) continue; /* titles, descriptions */
    const style = getComputedStyle(e);
    if (style.display === 'none' || style.visibility === 'hidden') continue;
    const ink = rgba(e.ownerSVGElement ? style.fill : style.color);
    if (!ink) continue;
    const [high, low] = [luminance(ink), luminance(behind(e))].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize), bold = parseInt(style.fontWeight) >= 600;
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < (size >= 24 || (bold && size >= 18.7) ? 3 : 4.5))
      say(`${short(e)} has a contrast of ${ratio.toFixed(1)} to 1`);
  }

  const ids = new Set();
  for (const e of document.querySelectorAll('[id]')) {
    if (ids.has(e.id)) say(`the id ${e.id} is used twice`);
    ids.add(e.id);
  }
  for (const a of document.querySelectorAll('a[href^="#"]'))
    if (!ids.has(decodeURIComponent(a.getAttribute('href').slice(1))))
      say(`the link ${a.getAttribute('href')} leads nowhere`);
  if (!document.title.trim()) say('the page has no title');
  return faults;
}
"""
PAPER_IS_WHITE = "() => getComputedStyle(document.body).backgroundColor"


def find_chromium():
    names = [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else [
        "chromium", "chromium-browser", "google-chrome"]
    return next(filter(None, map(shutil.which, names)), None)


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def look(browser, path, mode, pictures, height):
    """The faults of one page in one mode."""
    how, url = MODES[mode], path.as_uri()
    width, faults = how["width"], []
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True,
                                  color_scheme=how["scheme"], is_mobile=mode == "phone",
                                  device_scale_factor=2 if mode == "phone" else 1)
    page = context.new_page()
    page.on("console", lambda m: m.type in ("error", "warning") and
            faults.append(f"console, {m.type}: {m.text}"))
    page.on("pageerror", lambda e: faults.append(f"uncaught: {e}"))
    page.on("request", lambda r: r.url.split("#")[0] == url or r.url.startswith("data:") or
            faults.append(f"asks for {r.url}"))
    if mode == "print":
        page.emulate_media(media="print")
    page.goto(url, wait_until="load")
    if pictures:
        whole = {"full_page": True} if not height else {
            "clip": {"x": 0, "y": 0, "width": width, "height": height}, "full_page": True}
        page.screenshot(path=pictures / f"{path.stem}-{mode}.png", **whole)
    if mode == "print":
        paper = page.evaluate(PAPER_IS_WHITE)
        if paper not in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"):
            faults.append(f"the paper is {paper}")
        printed = page.pdf(format="A4", print_background=True,
                           margin=dict.fromkeys(("top", "right", "bottom", "left"), "10mm"))
        if not printed.startswith(b"%PDF"):
            faults.append("can't be printed")
        if pictures:
            (pictures / f"{path.stem}.pdf").write_bytes(printed)
    faults += page.evaluate(CHECKS, width)
    context.close()
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="+", type=pathlib.Path, metavar="PAGE.html")
    parser.add_argument("--png", type=pathlib.Path, metavar="DIR", help="keep the pictures here")
    parser.add_argument("--height", type=int, metavar="PIXELS", help="of the pictures (whole page)")
    wish = parser.parse_args()
    chromium = find_chromium()
    if not chromium:
        skip("no Chromium is installed (Debian: apt install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        skip("Playwright is not installed (tests/python/venv.sh BUILD browser.txt)")
    for path in wish.pages:
        if not path.is_file():
            parser.error(f"there is no file {path}")
    if wish.png:
        wish.png.mkdir(parents=True, exist_ok=True)
    wrong = 0
    with sync_playwright() as playwright:
        # Without Chromium's sandbox, which root and most containers can't have: the pages
        # are our own.
        browser = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=False)
        print(f"Chromium {browser.version}")
        for path in wish.pages:
            for mode in MODES:
                faults = look(browser, path.resolve(), mode, wish.png, wish.height)
                wrong += len(faults)
                print(f"{path.name}, {mode}: {len(faults)} faults")
                for fault in faults:
                    print(f"  {fault}")
        browser.close()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
