"""Records PyTorch's CPU random streams.

    /usr/bin/python3 packages/core/test/rng/record.py

writes packages/core/test/fixtures/rng-cases.json. Floats are kept as the hexadecimal bits of their values (of the
float32 value for 16-bit dtypes), integers in decimal. The results are those of an x86 build with AVX2 and fused
multiply-add; `--seed` and `--count` vary the random calls, `--out` writes to another file.
"""
import argparse
import json
import math
import random
import struct
from pathlib import Path

import mpmath
import torch
import torch.nn.functional as F
from torch import nn

FIXTURE = Path(__file__).parent.parent / "fixtures" / "rng-cases.json"

# Name, seeds, and expressions evaluated one after the other from each seed.
STREAMS = [
    ('basic', [0, 1, 42, 123, 2023, 2147483648, 9223372036854775807, -1], [
        'torch.rand(4)',
        'torch.randn(3)',
        'torch.randn(2)',
        'torch.randn(16)',
        'torch.randint(0,100,(6,))',
        'torch.randperm(7)',
    ]),
    ('randn sizes stream', [0], [
        'torch.randn(1)',
        'torch.randn(2)',
        'torch.randn(3)',
        'torch.randn(15)',
        'torch.randn(16)',
        'torch.randn(17)',
        'torch.randn(31)',
        'torch.randn(32)',
        'torch.randn(33)',
        'torch.randn(64)',
        'torch.randn(100)',
    ]),
    ('randn sizes f64 stream', [0], [
        'torch.randn(1,dtype=torch.double)',
        'torch.randn(2,dtype=torch.double)',
        'torch.randn(3,dtype=torch.double)',
        'torch.randn(15,dtype=torch.double)',
        'torch.randn(16,dtype=torch.double)',
        'torch.randn(17,dtype=torch.double)',
        'torch.randn(31,dtype=torch.double)',
        'torch.randn(32,dtype=torch.double)',
        'torch.randn(33,dtype=torch.double)',
    ]),
    ('cache: odd randn then rand then randn', [3], [
        'torch.randn(1)',
        'torch.rand(2)',
        'torch.randn(1)',
        'torch.randn(1,dtype=torch.double)',
        'torch.randn(16)',
        'torch.randn(1)',
    ]),
    ('rand dtypes', [5], [
        'torch.rand(8)',
        'torch.rand(8,dtype=torch.double)',
        'torch.rand(8,dtype=torch.half)',
        'torch.rand(8,dtype=torch.bfloat16)',
    ]),
    ('uniform_', [7], [
        'torch.empty(8).uniform_(-0.3,0.9)',
        'torch.empty(8,dtype=torch.double).uniform_(-0.3,0.9)',
        'torch.empty(2,3).uniform_(2,5)',
    ]),
    ('normal_', [9], [
        'torch.empty(5).normal_(1.5,0.3)',
        'torch.empty(20).normal_(1.5,0.3)',
        'torch.empty(5,dtype=torch.double).normal_(1.5,0.3)',
        'torch.empty(20,dtype=torch.double).normal_(1.5,0.3)',
        'torch.normal(2.,3.,(2,2))',
        'torch.normal(torch.arange(1.,5.),torch.tensor([1.,.5,.25,.125]))',
        'torch.normal(torch.zeros(3),2.0)',
        'torch.normal(1.0,torch.tensor([1.,2.,3.]))',
    ]),
    ('normal_ noncontiguous (memory order, scalar path)', [9], [
        'torch.empty(4,5).t().normal_()',
        'torch.randn(1)',
    ]),
    ('randint', [11], [
        'torch.randint(10,(5,))',
        'torch.randint(-5,5,(5,))',
        'torch.randint(0,2**32-1,(4,))',
        'torch.randint(0,2**32,(4,))',
        'torch.randint(0,2**40,(4,))',
        'torch.randint(0,2,(5,),dtype=torch.bool)',
        'torch.randint(0,255,(5,),dtype=torch.uint8)',
        'torch.randint(0,10,(5,),dtype=torch.float)',
        'torch.randint_like(torch.zeros(3,dtype=torch.int32),3,9)',
    ]),
    ('random_', [13], [
        'torch.empty(4,dtype=torch.int64).random_()',
        'torch.empty(4,dtype=torch.int32).random_()',
        'torch.empty(4,dtype=torch.int16).random_()',
        'torch.empty(4,dtype=torch.uint8).random_()',
        'torch.empty(4,dtype=torch.int8).random_()',
        'torch.empty(4,dtype=torch.bool).random_()',
        'torch.empty(4,dtype=torch.float32).random_()',
        'torch.empty(4,dtype=torch.float64).random_()',
        'torch.empty(4).random_(3,8)',
        'torch.empty(4,dtype=torch.long).random_(5)',
    ]),
    ('randperm', [15], [
        'torch.randperm(0)',
        'torch.randperm(1)',
        'torch.randperm(10)',
        'torch.randperm(5,dtype=torch.float)',
        'torch.rand(1)',
    ]),
    ('bernoulli', [17], [
        'torch.empty(8).bernoulli_(0.3)',
        'torch.empty(8).bernoulli_()',
        'torch.bernoulli(torch.tensor([.1,.5,.9,0.,1.]))',
        'torch.bernoulli(torch.tensor([.1,.5,.9],dtype=torch.double))',
        'torch.empty(4).bernoulli_(torch.tensor([.2,.4,.6,.8],dtype=torch.double))',
        'torch.empty(6,dtype=torch.bool).bernoulli_(0.5)',
    ]),
    ('dropout', [19], [
        'F.dropout(torch.ones(10))',
        'F.dropout(torch.ones(10),0.2)',
        'F.dropout(torch.ones(4),0.0)',
        'F.dropout(torch.ones(4),1.0)',
        'F.dropout(torch.ones(4),training=False)',
        'F.dropout(torch.ones(6,dtype=torch.double),0.3)',
        'F.dropout2d(torch.ones(2,3,2,2),0.5)',
        'F.alpha_dropout(torch.ones(6),0.4)',
        'F.feature_alpha_dropout(torch.ones(2,3,2),0.4)',
        'torch.rand(1)',
    ]),
    ('multinomial', [21], [
        'torch.multinomial(torch.tensor([.1,.2,.3,.4]),1)',
        'torch.multinomial(torch.tensor([.1,.2,.3,.4]),4)',
        'torch.multinomial(torch.tensor([.1,.2,.3,.4]),10,replacement=True)',
        'torch.multinomial(torch.tensor([[1.,2.,3.],[3.,2.,1.]]),2)',
        'torch.multinomial(torch.tensor([[1.,2.,3.],[3.,2.,1.]]),5,True)',
        'torch.multinomial(torch.tensor([0.,1.,0.,2.],dtype=torch.double),2)',
    ]),
    ('exponential etc', [23], [
        'torch.empty(6).exponential_()',
        'torch.empty(6).exponential_(2.5)',
        'torch.empty(6,dtype=torch.double).exponential_(2.5)',
        'torch.empty(4).geometric_(0.3)',
        'torch.empty(4).cauchy_()',
        'torch.empty(4).log_normal_()',
        'torch.poisson(torch.tensor([.5,4.,20.]))',
        'F.gumbel_softmax(torch.zeros(2,3))',
        'F.rrelu(torch.tensor([-1.,-2.,3.]),training=True)',
    ]),
    ('nn.Linear init', [0], [
        'nn.Linear(3,4).weight',
        'nn.Linear(3,4).bias',
    ]),
    ('nn init stream: Linear(4,3) weight then bias', [0], [
        'torch.cat([p.flatten() for p in nn.Linear(4,3).parameters()])',
        'torch.cat([p.flatten() for p in nn.Conv2d(2,3,3).parameters()])',
        'nn.Embedding(5,4).weight',
        'torch.cat([p.flatten() for p in nn.LSTM(2,3).parameters()])',
        'torch.cat([p.flatten() for p in nn.BatchNorm1d(2).parameters()])',
        'torch.cat([p.flatten() for p in nn.MultiheadAttention(4,2).parameters()])',
        'torch.cat([p.flatten() for p in nn.Bilinear(2,3,2).parameters()])',
        'torch.cat([p.flatten() for p in nn.ConvTranspose2d(2,3,3).parameters()])',
    ]),
    ('nn.init', [1], [
        'nn.init.xavier_uniform_(torch.empty(3,4))',
        'nn.init.xavier_normal_(torch.empty(3,4))',
        'nn.init.kaiming_uniform_(torch.empty(3,4))',
        'nn.init.kaiming_normal_(torch.empty(3,4),mode="fan_out",nonlinearity="relu")',
        'nn.init.trunc_normal_(torch.empty(3,4),std=.02)',
        'nn.init.orthogonal_(torch.empty(3,4))',
        'nn.init.sparse_(torch.empty(4,3),.5)',
        'nn.init.uniform_(torch.empty(3))',
        'nn.init.normal_(torch.empty(3))',
    ]),
    ('rand big stream crossing 624', [77], [
        'torch.rand(700)[-8:]',
        'torch.randn(640)[-8:]',
    ]),
]


# Calls that must fail, with what PyTorch says.
ERRORS = [
    ("uniform", "float32", [3, 2]), ("uniform", "float32", [0, 1e39]), ("uniform", "float32", [-3e38, 3e38]),
    ("uniform", "float32", [1e10, 1.123456789]), ("uniform", "float16", [0, 70000]), ("uniform", "int32", []),
    ("uniform", "float64", [-1e308, 1e308]), ("uniform", "float16", [-65504, 65504]),
    ("normal", "float32", [0, -1]), ("normal", "float64", [0, -1234567]), ("normal", "float64", [0, -0.00001]),
    ("normal", "int64", []), ("random", "float32", [5, 5]), ("random", "float32", [0, 0]), ("random", "int64", [7, 5]),
    ("random", "uint8", [0, 257]), ("random", "uint8", [-1, 20]), ("random", "int8", [0, 129]),
    ("random", "bool", [0, 3]), ("random", "float16", [0, 70000]), ("random", "float16", [65500, None]),
    ("random", "float16", [65500, 65510]), ("random", "float16", [65520, 65530]), ("random", "float16", [-70000, 5]),
    ("random", "float32", [2**24, None]), ("random", "uint8", [300, None]), ("random", "bool", [2, None]),
    ("random", "int32", [0, 2**32]), ("random", "int64", [0, 2**63]), ("random", "int16", [-40000, 0]),
    ("random", "uint8", [-2**63, None]), ("random", "bool", [-2**63, None]), ("random", "float16", [-2**63, None]),
    ("randperm", "uint8", 257), ("randperm", "int8", 129), ("randperm", "int16", 32769), ("randperm", "float16", 2050),
    ("randperm", "bool", 3), ("bernoulli", "float32", [1.5]), ("bernoulli", "float32", [-0.1]),
    ("bernoulli", "float32", [math.nan]), ("exponential", "float32", [-1]), ("exponential", "int32", [1]),
    ("geometric", "float32", [0]), ("geometric", "float32", [1]), ("geometric", "float32", [-0.5]),
    ("geometric", "bool", [0.5]), ("logNormal", "float32", [1, 0]), ("logNormal", "float32", [1, -2.5]),
    ("logNormal", "int8", [1, 2]), ("cauchy", "uint8", [0, 1]), ("poisson", "float32", [-1.0]),
    ("poisson", "float32", [math.nan]), ("poisson", "int64", [1]),
    ("multinomial", "float32", [[1, 2], 0, False]), ("multinomial", "float32", [[1, 2], 3, False]),
    ("multinomial", "float32", [[1, -2], 1, False]), ("multinomial", "float32", [[1, math.nan], 1, False]),
    ("multinomial", "float32", [[0, 0], 1, False]), ("multinomial", "float32", [[0, 0], 1, True]),
    ("multinomial", "float32", [[1, -2], 2, True]), ("multinomial", "float32", [[1, math.inf], 2, True]),
    ("multinomial", "int64", [[1, 2], 1, True]), ("multinomial", "float32", [[], 1, True]),
]

INTEGERS = ["uint8", "int8", "int16", "int32", "int64"]
FLOATS = ["float16", "bfloat16", "float32", "float64"]
MAX = {"uint8": 2**8, "int8": 2**7, "int16": 2**15, "int32": 2**31, "int64": 2**63 - 1, "bool": 2,
       "float16": 2**11, "bfloat16": 2**8, "float32": 2**24, "float64": 2**53}


def encode(t):
    """The elements as one string."""
    t = t.detach().contiguous().flatten()
    if t.dtype == torch.float64:
        return " ".join(struct.pack(">d", v).hex() for v in t.tolist())
    if t.is_floating_point():
        return " ".join(struct.pack(">f", v).hex() for v in t.tolist())
    return " ".join(str(int(v)) for v in t.tolist())


def call(fill, dtype, count, args):
    """The tensor that a fill of the library should give."""
    kind = getattr(torch, dtype)
    if fill == "randperm":
        return torch.randperm(count, dtype=kind)
    if fill == "multinomial":
        return torch.multinomial(torch.tensor(args[0]).to(kind), args[1], args[2])
    if fill == "poisson":
        return torch.poisson(torch.full((count,), args[0]).to(kind))
    if fill == "bernoulliTensor":
        return torch.empty(count, dtype=kind).bernoulli_(torch.full((count,), args[0], dtype=getattr(torch, args[1])))
    if fill == "dropoutMask":
        return F.dropout(torch.ones(count, dtype=kind), args[0])
    x = torch.empty(count, dtype=kind)
    names = {"logNormal": "log_normal_", "normalStrided": "normal_"}
    if fill == "normalStrided":
        x = torch.empty(count, 2, dtype=kind)[:, 0]
    return getattr(x, names.get(fill, fill + "_"))(*args)


def normal_arguments():
    return random.choice([[], [], [1.5, 0.3], [-2.0, 10.0], [random.uniform(-3, 3), random.uniform(0, 3)], [1.0, 0.0]])


def random_call():
    """A fill, its dtype, the number of elements and further arguments."""
    count = random.choice([1, 2, 5, 15, 16, 17, 24, 40])
    fill = random.choice(["uniform", "uniform", "normal", "normal", "normal", "normalStrided", "random", "random", "random",
                          "randperm", "bernoulli", "bernoulliTensor", "exponential", "geometric", "cauchy", "logNormal",
                          "poisson", "multinomial", "dropoutMask"])
    real = random.choice(FLOATS)
    p = round(random.uniform(0.05, 0.95), 2)
    if fill == "uniform":
        low = random.choice([0.0, -1.0, -0.3, random.uniform(-100, 100), 1000.0])
        return fill, real, count, random.choice([[], [low, low + random.choice([0.0, 1.0, 1.2, random.uniform(0, 50)])]])
    if fill in ("normal", "normalStrided"):
        return fill, real, count if fill == "normal" else random.choice([5, 16, 20]), normal_arguments()
    if fill == "random":
        dtype = random.choice(INTEGERS + FLOATS + ["bool", "int64", "float32"])
        end = MAX[dtype]
        if random.random() < 0.25:
            return fill, dtype, count, []
        low = random.choice([0, 0, 1]) if dtype in ("bool", "uint8") else random.choice([0, 0, -5, -end // 2, -100])
        high = random.choice([end, None] if dtype == "bool" else [end, end // 2 + 3, low + 2, None])
        if high is not None and high <= low:
            high = low + 1
        if dtype == "int64" and random.random() < 0.5:
            low, high = random.choice([(0, 2**32), (-3, 2**32), (-2**63, 2**63 - 1), (-2**63, None), (2**62, 2**62 + 9)])
        if dtype == "float32" and random.random() < 0.4:
            low, high = random.choice([(0, 2**40), (-2**63, None), (-2**62, 2**63 - 1), (2**24 + 1, 2**24 + 9)])
        return fill, dtype, count, [low, high]
    if fill == "randperm":
        return fill, random.choice(INTEGERS + FLOATS), count, []
    if fill == "bernoulli":
        return fill, random.choice(INTEGERS + ["bool", "bfloat16", "float32", "float64"]), count, [p]
    if fill == "bernoulliTensor":
        return fill, random.choice(["bool", "int64", "bfloat16", "float32", "float64"]), count, \
            [p, random.choice(["float32", "float64", "bfloat16"])]
    if fill == "exponential":
        return fill, real, count, random.choice([[], [2.5], [0.01]])
    if fill == "geometric":
        return fill, random.choice(INTEGERS + FLOATS), count, [max(p, 0.2)]
    if fill == "cauchy":
        return fill, real, count, random.choice([[], [1.5, 0.3]])
    if fill == "logNormal":
        return fill, real, count, random.choice([[], [0.5, 0.25]])
    if fill == "poisson":
        return fill, random.choice(FLOATS[1:]), count, [random.choice([0.0, 0.5, 4.0, 9.5, 10.0, 40.0, 1000.0])]
    if fill == "multinomial":
        n = random.choice([1, 3, 7])
        rows = [[round(random.uniform(0.1, 5), 3) for _ in range(n)] for _ in range(random.choice([1, 2, 3]))]
        return fill, random.choice(FLOATS[1:]), 0, [rows, random.randint(1, n), random.random() < 0.5]
    return fill, random.choice(FLOATS[1:]), count, [p]


def text(value):
    """Numbers as strings where JSON could not hold them exactly."""
    if isinstance(value, list):
        return [text(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return str(value) if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53 else value


def message(fill, dtype, args):
    try:
        call(fill, dtype, args if fill == "randperm" else 2, args)
    except Exception as error:
        return str(error).split("\n")[0]
    raise AssertionError((fill, dtype, args))


def streams():
    for name, seeds, exprs in STREAMS:
        for seed in seeds:
            torch.manual_seed(seed)
            steps = []
            for expr in exprs:
                t = eval(expr)
                steps.append({"expr": expr, "dtype": str(t.dtype)[6:], "shape": list(t.shape), "values": encode(t)})
            yield {"name": name, "seed": str(seed), "steps": steps}


def fills(count):
    for _ in range(count):
        seed = random.randrange(2**32)
        torch.manual_seed(seed)
        fill, dtype, n, args = random_call()
        if fill == "normal" and n < 16 and random.random() < 0.3:
            n = 0
        t = call(fill, dtype, n, args)
        # What the generator gives next shows that as many draws were made.
        yield {"fill": fill, "dtype": dtype, "count": n, "args": text(args), "seed": seed, "values": encode(t),
               "next": encode(torch.randn(2, dtype=torch.float64))}


def states():
    for seed, exprs in [(0, []), (5, ["torch.rand(3)"]), (6, ["torch.randn(1)"]), (7, ["torch.rand(624)"]),
                        (8, ["torch.randn(700)", "torch.randn(3)"]), (-1, ["torch.rand(1000)"])]:
        torch.manual_seed(seed)
        for expr in exprs:
            eval(expr)
        state = bytes(torch.get_rng_state().tolist())
        following = [encode(torch.randn(3, dtype=torch.float64)), encode(torch.rand(20)), encode(torch.randn(17))]
        yield {"seed": str(seed), "exprs": exprs, "state": state.hex(), "next": following}


def functions():
    """Correctly rounded values of the elementary functions."""
    mpmath.mp.prec = 300
    for name, draw in [("log", lambda: 1 - random.random()), ("log", lambda: random.uniform(0, 100)),
                       ("exp", lambda: random.uniform(-30, 30)), ("exp", lambda: random.uniform(-690, 690)),
                       ("sin", lambda: random.uniform(0, 2 * math.pi)), ("cos", lambda: random.uniform(0, 2 * math.pi)),
                       ("sin", lambda: random.randrange(5) * math.pi / 2 + random.uniform(-1e-6, 1e-6)),
                       ("tan", lambda: random.uniform(-math.pi / 2, math.pi / 2))]:
        x = [draw() for _ in range(200)]
        y = [float(getattr(mpmath, name)(mpmath.mpf(v))) for v in x]
        bits = lambda values: " ".join(struct.pack(">d", v).hex() for v in values)
        yield {"name": name, "x": bits(x), "y": bits(y)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--out", type=Path, default=FIXTURE)
    options = parser.parse_args()
    torch.set_num_threads(1)
    random.seed(options.seed)
    recorded = {
        "torch": torch.__version__,
        "streams": list(streams()),
        "fills": list(fills(options.count)),
        "states": list(states()),
        "functions": list(functions()),
        "errors": [{"fill": f, "dtype": d, "args": text(a), "text": message(f, d, a)} for f, d, a in ERRORS],
    }
    sections = ",\n".join(
        f"{json.dumps(key)}: " + (json.dumps(value) if isinstance(value, str)
                                  else "[\n" + ",\n".join(json.dumps(v) for v in value) + "\n]")
        for key, value in recorded.items())
    options.out.write_text("{\n" + sections + "\n}\n")


if __name__ == "__main__":
    main()
