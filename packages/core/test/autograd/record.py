"""Records the backward nodes of PyTorch's operations: for each expression the node's name and what it leads to.

Run with PyTorch's Python; it rewrites the outcomes in ../fixtures/gradfn-exprs.json. To add an expression, add it there.
"""
import json
import os
import platform
import warnings

import torch
import torch.nn.functional as F
from torch import nn

path = os.path.join(os.path.dirname(__file__), "..", "fixtures", "gradfn-exprs.json")
warnings.simplefilter("ignore")


def names():
    torch.manual_seed(0)
    leaf = torch.rand(3, 3, requires_grad=True)
    return {"torch": torch, "F": F, "nn": nn, "x": leaf + 1, "l": torch.rand(3, 3, requires_grad=True),
            "v": torch.rand(3, requires_grad=True), "i": torch.tensor([0, 1])}


def outcome(expr):
    node = eval(expr, names()).grad_fn  # noqa: S307
    if node is None:
        return {"expr": expr, "node": None}
    return {"expr": expr, "node": type(node).__name__,
            "next": [None if fn is None else [type(fn).__name__, number] for fn, number in node.next_functions]}


with open(path) as file:
    exprs = [entry["expr"] for entry in json.load(file)["nodes"]]
with open(path, "w") as file:
    head = {"script": "packages/core/test/autograd/record.py", "torch": torch.__version__, "python": platform.python_version()}
    file.write('{\n"provenance":' + json.dumps(head) + ',\n"nodes":[\n')
    file.write(",\n".join(json.dumps(outcome(expr)) for expr in exprs))
    file.write("\n]}\n")
