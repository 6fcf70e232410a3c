#!/usr/bin/env python3
"""Derives the polynomial coefficients of core/device/elementary.h.

Each entry approximates a function g on [a, b] by a polynomial of given degree so that
the largest |weight(x) * (p(x) - g(x))| is least (Remez exchange on a dense grid, in
60-digit arithmetic). The lowest coefficients are then rounded to double one by one, the
rest being fitted again each time, so that rounding costs next to nothing (fix=0 where 0
lies inside [a, b]: without the constant the powers are no Chebyshev system there).

    python3 derive_polynomials.py            all entries
    python3 derive_polynomials.py exp log    some of them

Prints the coefficients, lowest first, and log2 of the weighted error. Needs mpmath
(gmpy2 makes it faster).
"""
import sys
import mpmath as mp

mp.mp.dps = 60


def remez(xs, fs, ws, powers):
    """Weighted minimax fit over the grid; returns coefficients and the error."""
    n = len(powers)
    m = len(xs)
    # start from Chebyshev-like positions in the index of the (Chebyshev) grid, where the
    # weight isn't negligible
    wmax = max(ws)
    good = [i for i in range(m) if ws[i] > wmax / 1000]
    ref = [good[round(i * (len(good) - 1) / n)] for i in range(n + 1)]
    best = None
    for _ in range(40):
        A = mp.matrix(n + 1, n + 1)
        b = mp.matrix(n + 1, 1)
        for r, i in enumerate(ref):
            for c, p in enumerate(powers):
                A[r, c] = ws[i] * xs[i] ** p
            A[r, n] = (-1) ** r
            b[r] = ws[i] * fs[i]
        sol = mp.lu_solve(A, b)
        coef = [sol[i] for i in range(n)]
        level = abs(sol[n])
        err = []
        for i in range(m):
            v = mp.mpf(0)
            for c, p in zip(coef, powers):
                v += c * xs[i] ** p
            err.append(ws[i] * (v - fs[i]))
        # extrema of alternating sign
        ext = []
        for i in range(m):
            if ws[i] == 0:
                continue
            if ext and (err[i] > 0) == (err[ext[-1]] > 0):
                if abs(err[i]) > abs(err[ext[-1]]):
                    ext[-1] = i
            else:
                ext.append(i)
        top = max(abs(e) for e in err)
        if best is None or top < best[1]:
            best = (coef, top)
        if len(ext) < n + 1:
            break
        while len(ext) > n + 1:
            if len(ext) == n + 2:
                if abs(err[ext[0]]) < abs(err[ext[-1]]):
                    ext.pop(0)
                else:
                    ext.pop()
            else:
                j = min(range(len(ext)), key=lambda k: abs(err[ext[k]]))
                if j in (0, len(ext) - 1):
                    ext.pop(j)
                else:
                    k = j - 1 if abs(err[ext[j - 1]]) < abs(err[ext[j + 1]]) else j + 1
                    for q in sorted((j, k), reverse=True):
                        ext.pop(q)
        ref = ext
        if level > 0 and top / level < 1.001:
            break
    return best


def derive(name, g, a, b, degree, weight, fix=4, grid=None):
    grid = grid or 24 * (degree + 2)
    a, b = mp.mpf(a), mp.mpf(b)
    xs = [(a + b) / 2 - (b - a) / 2 * mp.cos(mp.pi * (i + mp.mpf(1) / 3) / (grid - mp.mpf(1) / 3))
          for i in range(grid)]
    fs = [mp.mpf(g(x)) for x in xs]
    ws = [mp.mpf(weight(x)) for x in xs]
    powers = list(range(degree + 1))
    done = []
    rest = list(fs)
    while powers and len(done) < fix:
        coef, top = remez(xs, rest, ws, powers)
        c = float(coef[0])
        done.append(c)
        p = powers.pop(0)
        rest = [r - mp.mpf(c) * x ** p for r, x in zip(rest, xs)]
    if powers:
        coef, top = remez(xs, rest, ws, powers)
        done += [float(c) for c in coef]
    worst = mp.mpf(0)
    for x, f, w in zip(xs, fs, ws):
        v = mp.mpf(0)
        for c in reversed(done):
            v = v * x + mp.mpf(c)
        worst = max(worst, abs(w * (v - f)))
    print(f"{name}: degree {degree} on [{mp.nstr(a, 6)}, {mp.nstr(b, 6)}], "
          f"weighted error 2^{mp.nstr(mp.log(worst, 2), 5)}")
    for c in done:
        print(f"  {c!r}")
    sys.stdout.flush()
    return done


def series(f, n):
    """Taylor coefficients of f at 0."""
    return mp.taylor(f, 0, n)


ENTRIES = {}


def entry(f):
    ENTRIES[f.__name__] = f
    return f


@entry
def exp():
    """(exp(r) - 1 - r) / r^2; the weight r makes it good for expm1, too."""
    def g(r):
        return mp.mpf(1) / 2 if r == 0 else (mp.expm1(r) - r) / r ** 2
    derive("exp", g, -0.34665, 0.34665, 9, lambda r: abs(r) + mp.mpf(2) ** -20, fix=0)


@entry
def log():
    """(log((1+s)/(1-s)) / s - 2) / s^2 in z = s^2."""
    def g(z):
        s = mp.sqrt(z)
        return (mp.log((1 + s) / (1 - s)) / s - 2) / z
    derive("log", g, mp.mpf(2) ** -60, 0.029438, 6, lambda z: z / 2 + mp.mpf(2) ** -30)


@entry
def sin():
    """(sin(r)/r - 1) / r^2 in z = r^2, |r| <= pi/4 + a little."""
    def g(z):
        r = mp.sqrt(z)
        return (mp.sin(r) / r - 1) / z
    derive("sin", g, mp.mpf(2) ** -60, 0.6185, 5, lambda z: z + mp.mpf(2) ** -30)


@entry
def cos():
    """(cos(r) - 1 + r^2/2) / r^4 in z = r^2."""
    def g(z):
        return (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z ** 2
    derive("cos", g, mp.mpf(2) ** -60, 0.6185, 5, lambda z: z ** 2 + mp.mpf(2) ** -30)


if __name__ == "__main__":
    for name in sys.argv[1:] or ENTRIES:
        ENTRIES[name]()
