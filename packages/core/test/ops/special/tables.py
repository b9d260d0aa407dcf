"""Makes packages/core/src/ops/special/tables.ts: python3 tables.py > tables.ts (needs mpmath)."""

from mpmath import airyai, airybi, besseli, besselj, besselk, bessely, cos, erfc, exp, log, mp, mpf, pi, sin, sqrt

mp.dps = 45
TINY = mpf(10) ** -30
CUT = 2 * mpf(10) ** -16
POINTS = 53
LONGEST = 47

HEADER = """// Polynomials that stand for special functions on an interval, highest coefficient first, in a variable taken to [-1, 1].
// Each is the Chebyshev interpolation of the exact function, computed with 45 digits and cut where the rest is below
// 2e-16 of the largest value. `tables.py` beside the tests makes them.
"""


def chebyshev(f, a, b):
    """Chebyshev coefficients of f on [a, b], without those that do not matter."""
    nodes = [cos(pi * (k + mpf(1) / 2) / POINTS) for k in range(POINTS)]
    values = [f((b - a) / 2 * x + (b + a) / 2) for x in nodes]
    c = [
        2 / mpf(POINTS) * sum(values[k] * cos(pi * j * (k + mpf(1) / 2) / POINTS) for k in range(POINTS))
        for j in range(POINTS)
    ]
    c[0] /= 2
    largest = max(abs(v) for v in values)
    n = POINTS
    while n > 1 and abs(c[n - 1]) < CUT * largest:
        n -= 1
    return c[: min(n, LONGEST)]


def powers(c):
    """The same polynomial in powers of its variable, lowest first."""
    basis = [[mpf(1)], [mpf(0), mpf(1)]]
    while len(basis) < len(c):
        following = [mpf(0)] + [2 * v for v in basis[-1]]
        for i, v in enumerate(basis[-2]):
            following[i] -= v
        basis.append(following)
    out = [mpf(0)] * len(c)
    for weight, polynomial in zip(c, basis):
        for i, v in enumerate(polynomial):
            out[i] += weight * v
    return out


def phase(n):
    """P and Q of J = √(2/πx) (P cos θ - Q sin θ), from x = 5 on, in t = (5/x)²."""
    shift = pi / 4 + n * pi / 2

    def p(t):
        x = 5 / sqrt(t)
        a = x - shift
        return sqrt(pi * x / 2) * (besselj(n, x) * cos(a) + bessely(n, x) * sin(a))

    def q(t):
        x = 5 / sqrt(t)
        a = x - shift
        return sqrt(pi * x / 2) * (bessely(n, x) * cos(a) - besselj(n, x) * sin(a)) * x / 25

    return p, q


ZETA_AT_2 = mpf(2) / 3 * mpf(2) ** 1.5


def airy_place(t):
    return (mpf(3) / 2 * ZETA_AT_2 / t) ** (mpf(2) / 3)


def airy_right(t):
    x = airy_place(t)
    return airyai(x) * exp(ZETA_AT_2 / t) * x**0.25


def airy_left(kind):
    def part(u):
        t = sqrt(u)
        x = airy_place(t)
        a = ZETA_AT_2 / t - pi / 4
        if kind == "p":
            return x**0.25 * (airyai(-x) * cos(a) - airybi(-x) * sin(a))
        return x**0.25 * (airyai(-x) * sin(a) + airybi(-x) * cos(a)) / t

    return part


def erfcx(t):
    x = 4 / t - 4
    return exp(x * x) * erfc(x) / t


def root(f):
    """f of √z, for tables in z = x²."""
    return lambda z: f(sqrt(z) if z > TINY else mpf(10) ** -15)


TABLES = [
    ("i0eSmall", lambda x: exp(-x) * besseli(0, x), 0, 8),
    ("i0eLarge", lambda t: exp(-8 / t) * besseli(0, 8 / t) * sqrt(8 / t), 0, 1),
    ("i1eSmall", lambda x: exp(-x) * besseli(1, x) / x, 0, 8),
    ("i1eLarge", lambda t: exp(-8 / t) * besseli(1, 8 / t) * sqrt(8 / t), 0, 1),
    ("k0Small", root(lambda x: besselk(0, x) + log(x / 2) * besseli(0, x)), 0, 4),
    ("k1Small", root(lambda x: (besselk(1, x) - log(x / 2) * besseli(1, x)) * x), 0, 4),
    ("i0Two", root(lambda x: besseli(0, x)), 0, 4),
    ("i1Two", root(lambda x: besseli(1, x) / x), 0, 4),
    ("k0Large", lambda t: exp(2 / t) * besselk(0, 2 / t) * sqrt(2 / t), 0, 1),
    ("k1Large", lambda t: exp(2 / t) * besselk(1, 2 / t) * sqrt(2 / t), 0, 1),
    ("phaseP0", phase(0)[0], 0, 1),
    ("phaseQ0", phase(0)[1], 0, 1),
    ("phaseP1", phase(1)[0], 0, 1),
    ("phaseQ1", phase(1)[1], 0, 1),
    ("j0Small", root(lambda x: besselj(0, x)), 0, 25),
    ("j1Small", root(lambda x: besselj(1, x) / x), 0, 25),
    ("y0Small", root(lambda x: bessely(0, x) - 2 / pi * log(x / 2) * besselj(0, x)), 0, 25),
    ("y1Small", root(lambda x: (bessely(1, x) - 2 / pi * log(x / 2) * besselj(1, x)) * x), 0, 25),
    ("airyCentre", airyai, -2, 2),
    ("airyRight", airy_right, 0, 1),
    ("airyLeftP", airy_left("p"), 0, 1),
    ("airyLeftQ", airy_left("q"), 0, 1),
    ("erfcx", erfcx, 0, 1),
]

print(HEADER)
for name, f, low, high in TABLES:
    lines = "".join(f"  {float(v)!r},\n" for v in reversed(powers(chebyshev(f, mpf(low), mpf(high)))))
    print(f"export const {name}: readonly number[] = [\n{lines}];\n")
