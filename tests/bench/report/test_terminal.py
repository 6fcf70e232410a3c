#!/usr/bin/env python3
"""`ergode bench` at a terminal: its width, colour, NO_COLOR; in a pipe 80 columns, no colour.

  test_terminal.py ERGODE
"""
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import unittest

ERGODE = os.path.abspath(sys.argv.pop(1))
COLOUR = re.compile("\033\\[[0-9;]*m")
RUN = [ERGODE, "bench", "eight_schools", "--backend", "cpu", "--chains", "1,2", "--threads", "1",
       "--out", "r", "--quiet"]


def environment(**more):
    kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM")}
    return {**kept, "TERM": "xterm", **more}


class Terminal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.piped = subprocess.run(RUN, cwd=cls.folder.name, env=environment(), check=True,
                                   capture_output=True, text=True).stdout

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def shown(self, width, **more):
        """What a terminal of that width gets of the runs that are there."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        done = subprocess.Popen([ERGODE, "bench", "--resume", "r", "--quiet"], stdout=theirs,
                                stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                cwd=self.folder.name, env=environment(**more))
        os.close(theirs)
        text = b""
        try:
            while block := os.read(ours, 65536):
                text += block
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        self.assertEqual(done.wait(), 0, done.stderr.read())
        done.stderr.close()
        return text.decode().replace("\r\n", "\n")

    def test_pipe(self):
        self.assertNotIn("\033", self.piped)
        self.assertTrue(self.piped.startswith("eight_schools: cpu"), self.piped)
        self.assertLessEqual(max(map(len, self.piped.splitlines())), 80)

    def test_width_and_colour(self):
        for width in (60, 120):
            text = self.shown(width)
            self.assertIn("\033[1meight_schools: cpu", text)
            self.assertIn("\033[32mvalid\033[0m", text)
            lines = COLOUR.sub("", text).splitlines()
            self.assertLessEqual(max(map(len, lines)), width)
            self.assertGreater(max(map(len, lines)), width - 12)

    def test_no_color(self):
        self.assertNotIn("\033", self.shown(80, NO_COLOR="1"))


if __name__ == "__main__":
    unittest.main()
