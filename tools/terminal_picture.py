#!/usr/bin/env python3
"""Runs a command on a terminal and keeps what it shows as an SVG.

    terminal_picture.py [--columns N] [--at REGEX] FILE.svg COMMAND...

At the end of the run, or at the first moment at which REGEX is found in the screen's last
line (a line of progress is gone at the end). Colours are those of the command's output.
"""
import argparse
import fcntl
import os
import pathlib
import pty
import re
import shlex
import struct
import subprocess
import sys
import termios

import rich._export_format
from rich.console import Console
from rich.text import Text


def run(command, columns, at):
    """What stood on the terminal, as text with colour codes."""
    shown, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 200, columns, 0, 0))
    child = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal,
                             env={**os.environ, "TERM": "xterm-256color"})
    os.close(terminal)
    output, kept = b"", None
    while True:
        try:
            piece = os.read(shown, 4096)
        except OSError:  # Linux's way to tell that nobody holds the other end
            piece = b""
        if not piece:
            break
        output += piece
        if at and kept is None:
            now = screen(output)
            if re.search(at, now.rsplit("\n", 1)[-1]):
                kept = now
    code = child.wait()
    if code:
        sys.exit(f"{shlex.join(command)} ended with {code}:\n{screen(output)}")
    if at and kept is None:
        sys.exit(f"'{at}' was never shown by {shlex.join(command)}:\n{screen(output)}")
    return kept if at else screen(output).rstrip("\n")


def screen(output):
    """Lines as they end up: what follows a carriage return is written over them."""
    text = output.decode(errors="replace").replace("\r\n", "\n")
    lines = [line.rsplit("\r", 1)[-1].replace("\033[K", "") for line in text.split("\n")]
    return "\n".join(lines)


def picture(command, text, columns):
    console = Console(record=True, width=columns, file=open(os.devnull, "w"),
                      force_terminal=True, color_system="truecolor")
    console.print(Text("$ " + shlex.join(command), style="bold"))
    console.print(Text.from_ansi(text))
    # Without the web fonts of Rich's own frame: the reader's monospaced font serves.
    frame = re.sub(r"@font-face \{\{.*?\}\}\s*", "", rich._export_format.CONSOLE_SVG_FORMAT,
                   flags=re.S).replace("Fira Code", "ui-monospace, Menlo, Consolas")
    return console.export_svg(title="", code_format=frame, unique_id="terminal")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", type=pathlib.Path)
    parser.add_argument("--columns", type=int, default=100)
    parser.add_argument("--at")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    wish = parser.parse_args()
    text = run(wish.command, wish.columns, wish.at)
    svg = picture(wish.command, text, wish.columns)
    wish.picture.write_text(svg)
    print(f"{wish.picture}: {len(svg)} bytes")


if __name__ == "__main__":
    main()
