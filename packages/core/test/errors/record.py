"""Records PyTorch's errors: runs the Python code of each case and writes what it raised, or the value it left in `r`.

Run with PyTorch's Python; it rewrites the outcomes in ../fixtures/error-cases.json. To add a case, add its code there.
"""
import json
import os
import platform
import sys
import warnings

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

path = os.path.join(os.path.dirname(__file__), "..", "fixtures", "error-cases.json")


def outcome(code):
    torch.manual_seed(0)
    names = {"torch": torch, "nn": nn, "F": F, "np": np}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            exec(code, names)  # noqa: S102
        except Exception as error:
            out = {"error": type(error).__name__, "text": str(error)}
        else:
            out = {"value": repr(names["r"])} if "r" in names else {}
    # Where in PyTorch's own build a warning was raised is no part of it.
    texts = [
        str(w.message).split(" (Triggered internally at")[0].replace(__file__, "probe.py")
        for w in caught if w.category is UserWarning
    ]
    return {**out, **({"warnings": texts} if texts else {})}


with open(path) as file:
    groups = json.load(file)["cases"]
sys.stdout.write(f"{sum(map(len, groups.values()))} cases\n")
with open(path, "w") as file:
    head = {"script": "packages/core/test/errors/record.py", "torch": torch.__version__, "python": platform.python_version()}
    file.write('{\n"provenance":' + json.dumps(head) + ',\n"cases":{\n')
    file.write(",\n".join(
        f'"{group}":[\n' + ",\n".join(json.dumps({"code": case["code"], **outcome(case["code"])}) for case in cases) + "]"
        for group, cases in groups.items()))
    file.write("\n}}\n")
