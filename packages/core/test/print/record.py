"""Records how PyTorch prints tensors and how Python prints floats.

    /usr/bin/python3 packages/core/test/print/record.py

writes packages/core/test/fixtures/print-cases.json: the named cases below and random ones. Of a tensor that is
summarised, only the elements that are printed are kept, with their flat indices in "at". Another seed or a greater
number of random cases, without limits on their size, goes to a file of your choice:

    /usr/bin/python3 packages/core/test/print/record.py --seed 7 --count 5000 --out more.json
"""
import argparse
import json
import math
import platform
import random
import struct
from pathlib import Path

import numpy
import torch
import torch.autograd.forward_ad as forward_ad
import torch.nn.functional as F
from torch import nn

FIXTURE = Path(__file__).parent.parent / "fixtures" / "print-cases.json"
DEFAULTS = {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80, "sci_mode": None}
CAMEL = {"sci_mode": "sciMode"}

# Each leaves its tensor in `t`.
NAMED = [
    't=torch.ones(2,2,requires_grad=True)',
    't=torch.ones(2,2,requires_grad=True)+2',
    't=torch.full((2,2),27.)*torch.ones(1,requires_grad=True)',
    't=torch.full((2,2),27.,requires_grad=True).mean()',
    't=torch.tensor([-22.1310,-148.3490,-1159.2367])',
    't=torch.tensor([-22.1310,-148.3490,-1159.2367],requires_grad=True)*1',
    't=torch.tensor([51.2,512.,.0512])',
    't=torch.tensor(True)',
    't=torch.tensor(3)',
    't=torch.tensor(-3.)',
    't=torch.tensor(3.5)',
    't=torch.tensor(1e-5)',
    't=torch.tensor(1e9)',
    't=torch.tensor(1e8)',
    't=torch.tensor(123456789.)',
    't=torch.tensor(0.)',
    't=torch.tensor(-0.)',
    "t=torch.tensor(float('nan'))",
    "t=torch.tensor(float('inf'))",
    "t=torch.tensor(-float('inf'))",
    't=torch.tensor([0.,-0.])',
    't=torch.tensor([0.,-0.,1.])',
    't=torch.tensor([0.,-0.,1.5])',
    't=torch.tensor([0.,-0.,1e-8])',
    "t=torch.tensor([1.,float('nan'),float('inf'),-float('inf')])",
    "t=torch.tensor([1.5,float('nan'),float('inf'),-float('inf')])",
    "t=torch.tensor([float('nan'),float('inf')])",
    "t=torch.tensor([float('nan'),-float('inf'),0.])",
    "t=torch.tensor([1e-10,float('nan'),-float('inf'),0.])",
    't=torch.tensor([1.,1000.])',
    't=torch.tensor([1.,1001.])',
    't=torch.tensor([0.5,500.])',
    't=torch.tensor([0.5,501.])',
    't=torch.tensor([1e-4,0.05])',
    't=torch.tensor([1.001e-4,0.05])',
    't=torch.tensor([1e-4,0.05],dtype=torch.double)',
    't=torch.tensor([1e8,1e8+8])',
    't=torch.tensor([1.0000001e8])',
    't=torch.tensor([99999999.5],dtype=torch.double)',
    't=torch.tensor([100000000.5],dtype=torch.double)',
    't=torch.tensor([0.12345,0.00005,2.5])',
    't=torch.tensor([0.00005])',
    't=torch.tensor([0.99999])',
    't=torch.tensor([9.99995])',
    't=torch.tensor([0.125,0.375,2.00005])',
    't=torch.tensor([1e-45])',
    't=torch.tensor([3.4028235e38])',
    't=torch.tensor([1e300,1e-300],dtype=torch.double)',
    't=torch.tensor([1e100])',
    't=torch.tensor([1e-100,1e-99],dtype=torch.double)',
    't=torch.tensor([])',
    't=torch.empty(0,3)',
    't=torch.empty(2,0,dtype=torch.long)',
    't=torch.tensor([],dtype=torch.int64)',
    't=torch.empty(0,requires_grad=True)',
    't=torch.empty(0,3,requires_grad=True)*2',
    't=torch.empty(1,0,2,dtype=torch.double)',
    't=torch.empty(0,dtype=torch.bool)',
    't=torch.tensor([[1,0,3],[100,5,7]],dtype=torch.uint8)',
    't=torch.tensor([[1,0,3],[100,5,7]],dtype=torch.int8)',
    't=torch.tensor([[1,0,3],[100,5,7]],dtype=torch.int16)',
    't=torch.tensor([[1,0,3],[100,5,7]],dtype=torch.int32)',
    't=torch.tensor([[1,0,3],[100,5,7]],dtype=torch.int64)',
    't=torch.tensor([[1,0,3],[100,5,7]],dtype=torch.bool)',
    't=torch.tensor([[1.5,-2.25,3.],[100.123,5,0]],dtype=torch.float16)',
    't=torch.tensor([[1.5,-2.25,3.],[100.123,5,0]],dtype=torch.bfloat16)',
    't=torch.tensor([[1.5,-2.25,3.],[100.123,5,0]],dtype=torch.float32)',
    't=torch.tensor([[1.5,-2.25,3.],[100.123,5,0]],dtype=torch.float64)',
    't=torch.tensor([1.,2.],dtype=torch.double)',
    't=torch.tensor(2.,dtype=torch.double,requires_grad=True)',
    't=torch.tensor([1.,2.],dtype=torch.half,requires_grad=True)',
    'torch.set_default_dtype(torch.double); t=torch.tensor([1.,2.5])',
    'torch.set_default_dtype(torch.double); t=torch.tensor([1.,2.5],dtype=torch.float32)',
    't=torch.tensor([-1,10,-100])',
    't=torch.tensor([9223372036854775807,-9223372036854775808])',
    't=torch.tensor([True,False])',
    't=torch.tensor([[True],[False]])',
    't=torch.zeros(2,3,dtype=torch.bool)',
    't=torch.arange(30)',
    't=torch.arange(30.)',
    't=torch.arange(100).view(5,20)',
    't=torch.randn(12)',
    't=torch.randn(3,10)',
    't=torch.randn(2,9)',
    't=torch.rand(2,25)',
    't=torch.zeros(2,3,4)',
    't=torch.arange(24).view(2,3,4)',
    't=torch.randn(2,2,2,2)',
    't=torch.zeros(1,1,1,1,1)',
    't=torch.randn(1,20,2)[:, :2]',
    't=torch.arange(1000)',
    't=torch.arange(1001)',
    't=torch.arange(1001.)',
    't=torch.zeros(10,101)',
    't=torch.arange(1010.).view(10,101)',
    't=torch.zeros(6,200)',
    't=torch.zeros(1001,1)',
    't=torch.zeros(2,3,200)',
    't=torch.randn(8,8,20)',
    't=torch.arange(1200,dtype=torch.double).view(1200)/7',
    't=torch.cat([torch.zeros(1200),torch.tensor([1e10,1.5])])',
    't=torch.cat([torch.zeros(600),torch.tensor([1e10]),torch.zeros(600)])',
    't=torch.ones(1001,dtype=torch.bool)',
    't=torch.randn(1100,requires_grad=True)*1',
    't=torch.ones(20,requires_grad=True)*1.5',
    't=torch.ones(9,requires_grad=True)*1.5',
    't=torch.ones(8,requires_grad=True)*1.5',
    't=torch.ones(10,dtype=torch.double,requires_grad=True)*1.5',
    't=torch.ones(6,dtype=torch.double,requires_grad=True)*1.5',
    't=torch.ones(3,3,dtype=torch.double,requires_grad=True).sigmoid()',
    't=torch.ones(2,2,requires_grad=True).log_softmax(1)',
    't=torch.ones(1,8,dtype=torch.double,requires_grad=True)*1.25',
    't=torch.ones(7,dtype=torch.half)*1.5',
    't=torch.tensor([[1.5]*9]*2,requires_grad=True)',
    't=torch.tensor([1.5]*7,requires_grad=True).double()',
    't=torch.tensor([123456.5]*5,dtype=torch.double,requires_grad=True)',
    't=nn.Parameter(torch.tensor([1.,2.]))',
    't=nn.Parameter(torch.ones(2,2)*.5,requires_grad=False)',
    't=nn.Parameter(torch.empty(0))',
    'torch.set_printoptions(precision=2); t=torch.tensor([1.12345,2.])',
    'torch.set_printoptions(precision=8); t=torch.tensor([1.12345,2.])',
    'torch.set_printoptions(sci_mode=True); t=torch.tensor([1.12345,2.])',
    'torch.set_printoptions(sci_mode=False); t=torch.tensor([1e-10,2e10])',
    'torch.set_printoptions(sci_mode=False); t=torch.tensor([1e10,1.])',
    'torch.set_printoptions(sci_mode=True); t=torch.tensor([1.,2.])',
    'torch.set_printoptions(threshold=5); t=torch.arange(10)',
    'torch.set_printoptions(threshold=5,edgeitems=1); t=torch.arange(10)',
    'torch.set_printoptions(linewidth=40); t=torch.arange(30)',
    "torch.set_printoptions(profile='short'); t=torch.randn(3,3)",
    "torch.set_printoptions(profile='full'); t=torch.arange(1005)",
    'torch.set_printoptions(precision=0); t=torch.tensor([1.5,2.5])',
    'torch.set_printoptions(edgeitems=2,threshold=0); t=torch.arange(25).view(5,5)',
    'torch.set_printoptions(linewidth=10); t=torch.tensor([1.5,2.5,123456.5])',
    't=torch.ones(2,2)[0]',
    't=torch.ones(2,2).t()',
    't=torch.ones(2,requires_grad=True)[0]',
    't=torch.ones(2,requires_grad=True).detach()',
    't=torch.tensor([1.,2.]).max(0).indices',
    't=torch.tensor([0.03125,0.09375,-0.03125])',
    't=torch.tensor([100005.,100015.,1.])',
    't=torch.tensor([0.5,1.5])',
    'torch.set_printoptions(precision=0); t=torch.tensor([0.5,1.5,2.5,3.5])',
    'torch.set_printoptions(precision=1); t=torch.tensor([0.25,0.75])',
    't=torch.tensor([-1e-9,1.5])',
    't=torch.tensor([-0.00004,0.03])',
    't=torch.tensor([-0.00012,0.00004])',
    't=torch.tensor([1e21,1e22],dtype=torch.double)',
    'torch.set_printoptions(sci_mode=False); t=torch.tensor([1e21,1.5],dtype=torch.double)',
    'torch.set_printoptions(sci_mode=False); t=torch.tensor([1e23],dtype=torch.double)',
    't=torch.zeros(4); t[:2]=torch.ones(2,requires_grad=True)',
    'x=torch.ones(2,requires_grad=True); F=torch.autograd.Function\nclass MyReLU(F):\n  @staticmethod\n  def forward(ctx,a): return a.clamp(min=0)\n  @staticmethod\n  def backward(ctx,g): return g\nt=MyReLU.apply(x)',
    'import torch.utils.checkpoint as C\nt=C.checkpoint(torch.sin,torch.ones(2,requires_grad=True))',
]


def reset():
    torch.set_default_dtype(torch.float32)
    torch.set_printoptions(profile="default")


def plain(value):
    """A JSON value that reads back as the same element."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and abs(value) > 2**53:
        return str(value)
    return value


def shortest(value, dtype):
    """The shortest number that rounds to the same element of `dtype`."""
    if dtype in (torch.float32, torch.float16, torch.bfloat16) and math.isfinite(value):
        return float(str(numpy.float32(value)))
    return plain(value)


def options_now():
    current = {name: getattr(torch._tensor_str.PRINT_OPTS, name) for name in DEFAULTS}
    changed = {name: plain(value) for name, value in current.items() if value != DEFAULTS[name]}
    return {CAMEL.get(name, name): value for name, value in changed.items()}


def describe(t, tangent=None):
    """A tensor's print, and all that decides it."""
    text = repr(t)
    data = forward_ad.unpack_dual(t).primal if tangent is not None else t
    data = data.detach().as_subclass(torch.Tensor)
    case = {"shape": list(t.shape), "dtype": str(t.dtype)[6:]}
    if t.numel() > torch._tensor_str.PRINT_OPTS.threshold and t.numel() > 0:
        at = torch._tensor_str.get_summarized_data(torch.arange(t.numel()).reshape(t.shape)).flatten()
        if len(at) < t.numel():
            case["at"] = at.tolist()
            data = data.flatten()[at]
    case["data"] = [shortest(v, t.dtype) for v in data.flatten().tolist()]
    if options_now():
        case["options"] = options_now()
    if torch.get_default_dtype() != torch.float32:
        case["defaultDtype"] = str(torch.get_default_dtype())[6:]
    extras = {}
    if t.grad_fn is not None:
        extras["gradFn"] = type(t.grad_fn).__name__
    if t.requires_grad:
        extras["requiresGrad"] = True
    if type(t) is nn.Parameter:
        extras["parameter"] = True
    elif type(t) is not torch.Tensor:
        extras["prefix"] = type(t).__name__ + "("
    if tangent is not None:
        extras["tangent"] = tangent
    if extras:
        case["extras"] = extras
    case["text"] = text
    return case


def named_case(code):
    reset()
    torch.manual_seed(0)
    scope = {"torch": torch, "nn": nn}
    exec(code, scope)
    return {"code": code, **describe(scope["t"])}


class Sub(torch.Tensor):
    pass


class SomewhatLongerTensor(torch.Tensor):
    pass


GRADS = [
    lambda t: t * 1,
    lambda t: t.clone(),
    lambda t: t.view_as(t),
    lambda t: t.flip(0) if t.dim() else t.neg(),
    lambda t: t.masked_fill(torch.zeros(t.shape, dtype=torch.bool), 0),
    lambda t: F.leaky_relu(t, 0.5),
    lambda t: F.hardtanh(t, -1e30, 1e30),
    lambda t: F.pad(t, (0, 1)) if t.dim() else t.square(),
]


def random_options(rng):
    torch.set_printoptions(profile=rng.choice(["default", "default", "short", "full"]))
    changes = {}
    for name, choices in {
        "precision": [0, 1, 2, 3, 6, 8, 10, 17, 30],
        "threshold": [0, 3, 5, 20, 100, math.inf],
        "edgeitems": [0, 1, 1, 2, 4],
        "linewidth": [0, 10, 20, 40, 60, 79, 81, 100, 120, 200],
        "sci_mode": [True, False],
    }.items():
        if rng.random() < 0.3:
            changes[name] = rng.choice(choices)
    torch.set_printoptions(**changes)


def random_floats(rng, shape, dtype):
    t = torch.randn(shape, dtype=torch.double)
    kind = rng.randrange(12)
    if kind == 1:
        t = t * 10.0 ** rng.randint(-12, 12)
    elif kind == 2:
        t = (t * 10).round()
    elif kind == 3:
        t = (t * 10.0 ** rng.randint(0, 10)).round()
    elif kind == 4:
        t = 10.0 ** (t * 3)
    elif kind == 5:
        t = (t * 16).round() / 32
    elif kind == 6:
        t = t.clamp(min=0)
    elif kind == 7:
        t = (t * 1e3).round() * 5e-5
    elif kind == 8:
        t = t * 10.0 ** (rng.randint(-320, 300) if dtype == torch.double else rng.randint(-44, 37))
    elif kind == 9:
        t = (t * 100).round() * 10 + 100005  # ties of the scientific notation
    elif kind == 10:
        t = 10.0 ** (t * 2).round()
    elif kind == 11:
        t = torch.zeros(shape, dtype=torch.double)
    if rng.random() < 0.3:
        m = torch.rand(shape)
        special = rng.choice([math.inf, -math.inf, -0.0, 0.0])
        t = torch.where(m < 0.1, torch.tensor(math.nan, dtype=t.dtype), t)
        t = torch.where(m > 0.9, torch.tensor(special, dtype=t.dtype), t)
    return t.to(dtype)


FLOATS = [torch.float32] * 6 + [torch.float64] * 3 + [torch.float16, torch.bfloat16]
OTHERS = [torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool]


def random_tensor(rng):
    rank = rng.randint(0, 4)
    sizes = [0, 1, 2, 3, 4, 6, 7, 8, 9, 13, 40]
    shape = [rng.choice(sizes) if rng.random() < 0.9 else rng.choice([100, 300, 1001]) for _ in range(rank)]
    if math.prod(shape) > 30000:
        return None
    dtype = rng.choice(FLOATS + OTHERS)
    if dtype.is_floating_point:
        return random_floats(rng, shape, dtype)
    if dtype == torch.bool:
        return torch.rand(shape) > rng.choice([0.5, -1, 2])
    info = torch.iinfo(dtype)
    bound = 10 ** rng.randint(1, 18)
    return torch.randint(max(info.min, -bound), min(info.max, bound), shape).to(dtype)


def random_case(rng):
    reset()
    if rng.random() < 0.15:
        torch.set_default_dtype(torch.float64)
    if rng.random() < 0.5:
        random_options(rng)
    t = random_tensor(rng)
    if t is None:
        return None
    floating = t.dtype.is_floating_point
    fate = rng.random()
    if fate < 0.1 and floating:
        return describe(nn.Parameter(t, requires_grad=rng.random() < 0.7))
    if fate < 0.2:
        return describe(t.as_subclass(rng.choice([Sub, SomewhatLongerTensor])))
    if fate < 0.3 and floating and t.numel() < 20:
        with forward_ad.dual_level():
            dual = forward_ad.make_dual(t, torch.randn_like(t))
            tangent = forward_ad.unpack_dual(dual).tangent
            return describe(dual, tangent="{}".format(tangent))
    if fate < 0.7 and floating:
        t.requires_grad_()
        if fate < 0.6:
            t = rng.choice(GRADS)(t)
    return describe(t)


def random_cases(seed, count, small):
    rng = random.Random(seed)
    torch.manual_seed(seed)
    cases = []
    while len(cases) < count:
        try:
            case = random_case(rng)
        except (RuntimeError, TypeError):  # no such kernel for this dtype, or PyTorch cannot print it
            continue
        if case is None or (small and (len(case["data"]) > 90 or len(case["text"]) > 900)):
            continue
        cases.append(case)
    reset()
    return cases


def random_number(rng):
    kind = rng.randrange(6)
    if kind == 0:
        return struct.unpack("<d", rng.randbytes(8))[0]
    if kind == 1:
        return rng.randint(-(10**6), 10**6) / 2 ** rng.randint(0, 12)
    if kind == 2:
        return float(rng.randint(-(10**18), 10**18) * 5 ** rng.randint(0, 5))
    if kind == 3:
        return float("%de%d" % (rng.randint(1, 9999), rng.randint(-330, 300)))
    if kind == 4:
        return rng.gauss(0, 1) * 10.0 ** rng.randint(-6, 6)
    return struct.unpack("<f", rng.randbytes(4))[0]


def numbers(seed, count):
    """[repr, precision, %.{precision}f, %.{precision}e] of random floats."""
    rng = random.Random(seed)
    rows = []
    while len(rows) < count:
        value = random_number(rng)
        precision = rng.choice([0, 1, 2, 4, 4, 4, 8, 17])
        if math.isfinite(value) and abs(value) < 1e40:
            rows.append([repr(value), precision, "%.*f" % (precision, value), "%.*e" % (precision, value)])
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int)
    parser.add_argument("--out", type=Path, default=FIXTURE)
    args = parser.parse_args()
    small = args.count is None
    count = args.count or 400
    recorded = {
        "provenance": {
            "script": "packages/core/test/print/record.py",
            "torch": torch.__version__,
            "python": platform.python_version(),
            "seed": args.seed,
        },
        "named": [named_case(code) for code in NAMED],
        "random": random_cases(args.seed, count, small),
        "numbers": numbers(args.seed, count),
    }
    lines = []
    for key, value in recorded.items():
        if isinstance(value, list):
            rows = ",\n".join(json.dumps(row, separators=(",", ":"), allow_nan=False) for row in value)
            lines.append(f'"{key}":[\n{rows}\n]')
        else:
            lines.append(f'"{key}":{json.dumps(value)}')
    args.out.write_text("{\n" + ",\n".join(lines) + "\n}\n")


main()
