"""Records PyTorch's dtype rules: which dtype each operation gives, or why it refuses.

Run with PyTorch's Python; it writes ../fixtures/dtype-tables.json.
"""
import json
import os
import platform

import torch

NAMES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64"]
SCALARS = {"bool": True, "int": 2, "float": 2.5}
MIXED = [("int64", "float32"), ("float32", "float64"), ("bool", "int64"), ("uint8", "int8"),
         ("float16", "bfloat16"), ("int64", "float16"), ("bool", "float32")]

BINARY = {
    "add": lambda a, b: a + b, "sub": lambda a, b: a - b, "mul": lambda a, b: a * b, "div": lambda a, b: a / b,
    "floordiv": lambda a, b: a // b, "mod": lambda a, b: a % b, "pow": lambda a, b: a**b, "fmod": torch.fmod,
    "eq": lambda a, b: a == b, "lt": lambda a, b: a < b, "atan2": torch.atan2, "maximum": torch.maximum,
    "bitwise_and": lambda a, b: a & b, "lshift": lambda a, b: a << b,
    "where": lambda a, b: torch.where(torch.tensor([True, False]), a, b),
    "cat": lambda a, b: torch.cat([a, b]), "stack": lambda a, b: torch.stack([a, b]), "matmul": lambda a, b: a @ b,
    "logical_and": torch.logical_and, "hypot": torch.hypot, "copysign": torch.copysign,
    "true_divide": torch.true_divide, "remainder": torch.remainder,
}
UNARY = ["neg", "abs", "sign", "sqrt", "exp", "log", "sin", "tanh", "sigmoid", "relu", "floor", "ceil", "round",
         "trunc", "square", "reciprocal", "erf", "isnan", "isinf", "logical_not", "bitwise_not", "sum", "mean", "prod",
         "cumsum", "cumprod", "std", "var", "max", "argmax", "all", "any", "median", "sort", "unique", "softmax",
         "norm", "rsqrt", "expm1", "frac", "positive"]


def dtype(name):
    return getattr(torch, name)


def outcome(fn):
    try:
        out = fn()
    except Exception as error:
        return {"error": type(error).__name__, "text": str(error)}
    return str((out if isinstance(out, torch.Tensor) else out[0]).dtype).removeprefix("torch.")


def ones(name, shape):
    return torch.ones(shape, dtype=dtype(name))


def table(rows, columns, fn):
    return {row: {column: outcome(lambda: fn(row, column)) for column in columns} for row in rows}


def unary(op, name):
    x = ones(name, (2,))
    return getattr(torch, op)(x, 0) if op in ("cumsum", "cumprod", "softmax") else getattr(torch, op)(x)


FLOATS = [0.0, -0.0, 0.1, -0.5, 1.5, 2.5, -2.5, 44.9, 255.0, 256.0, 300.7, -1.0, -129.5, 32768.5, 65504.0, 65519.0, 65520.0,
          1e5, 16777217.0, 1.00390625, 1.01171875, 2147483647.0, 2147483648.0, -2147483649.0, 1e10, -1e10, 9007199254740993.0,
          9.2e18, 1e-8, 6e-8, 1e-40, 3.4e38, 1e300, float("inf"), float("-inf"), float("nan")]
INTEGERS = [0, 1, -1, 2, 127, 128, 200, 255, 256, 300, -128, -129, 32767, 32768, 65535, 65536, 2049, 2051, 257, 259, 2**24 + 1,
            2**31 - 1, 2**31, -(2**31) - 1, 2**53 + 1, 2**53 + 3, 2**62 + 1, 2**63 - 1, -(2**63)]


def text(value):
    return str(value).lower() if isinstance(value, (bool, int)) else repr(value)


def casts(values, source):
    x = torch.tensor(values, dtype=dtype(source))
    # One element at a time, as scalars and short tensors are converted.
    return {target: [text(v.to(dtype(target)).item()) for v in x] for target in NAMES}


def wraps():
    """Arithmetic that leaves an integer dtype's range."""
    rows = {}
    for name in NAMES[1:6]:
        info = torch.iinfo(dtype(name))
        low, high = torch.tensor(info.min, dtype=dtype(name)), torch.tensor(info.max, dtype=dtype(name))
        two = torch.tensor(2, dtype=dtype(name))
        seven, three = torch.tensor(7, dtype=dtype(name)), torch.tensor(3, dtype=dtype(name))
        rows[name] = {key: text(value.item()) for key, value in {
            "high+1": high + 1, "low-1": low - 1, "high*2": high * 2, "high*high": high * high, "-low": -low,
            "abs(low)": low.abs(), "high**2": high**2, "2**100": two**100, "sum": torch.stack([high, high, high]).sum(),
            "cumsum": torch.stack([high, high]).cumsum(0)[1], "prod": torch.stack([high, high]).prod(),
            "high//2": high // 2, "low//3": low // 3, "low%7": low % 7, "7<<3": seven << three, "high>>1": high >> 1,
            "~low": ~low, "high^low": high ^ low, "high+300": high + 300,
        }.items()}
    return rows


def promoted(a, b):
    return str(torch.promote_types(dtype(a), dtype(b))).removeprefix("torch.")


tables = {
    "provenance": {"script": "packages/core/test/dtype/record.py", "torch": torch.__version__,
                   "python": platform.python_version()},
    "promote": {a: {b: promoted(a, b) for b in NAMES} for a in NAMES},
    "dim_0d": table(NAMES, NAMES, lambda a, b: ones(a, (2,)) + ones(b, ())),
    "0d_0d": table(NAMES, NAMES, lambda a, b: ones(a, ()) + ones(b, ())),
    "dim_scalar": table(NAMES, SCALARS, lambda a, b: ones(a, (2,)) + SCALARS[b]),
    "0d_scalar": table(NAMES, SCALARS, lambda a, b: ones(a, ()) + SCALARS[b]),
    "same": table(BINARY, NAMES, lambda op, a: BINARY[op](ones(a, (2,)), ones(a, (2,)))),
    "mixed": {op: {f"{a},{b}": outcome(lambda: fn(ones(a, (2,)), ones(b, (2,)))) for a, b in MIXED}
              for op, fn in BINARY.items()},
    "unary": table(UNARY, NAMES, unary),
    "casts": {"values": {"float": [text(x) for x in FLOATS], "int": [text(x) for x in INTEGERS]},
              "float32": casts(FLOATS, "float32"), "float64": casts(FLOATS, "float64"), "float16": casts(FLOATS, "float16"),
              "bfloat16": casts(FLOATS, "bfloat16"), "int64": casts(INTEGERS, "int64")},
    "wraps": wraps(),
}
path = os.path.join(os.path.dirname(__file__), "..", "fixtures", "dtype-tables.json")
with open(path, "w") as file:
    lines = [f'"{key}":{{\n' + ",\n".join(f"{json.dumps(k)}:{json.dumps(v)}" for k, v in value.items()) + "}"
             for key, value in tables.items()]
    file.write("{\n" + ",\n".join(lines) + "\n}\n")
