"""Records what PyTorch computes for functions of nn.functional that its OpInfo corpus leaves out, and at kinks.

    /usr/bin/python3 packages/core/test/functional/record.py

writes packages/core/test/fixtures/functional-cases.json: for each expression over the inputs x, y, z its value and the
inputs' gradients for cotangents 1, 2, 3, 1, 2, 3, ...
"""
import json
import math
import warnings
from pathlib import Path

import torch
import torch.nn.functional as F

FIXTURE = Path(__file__).parent.parent / "fixtures" / "functional-cases.json"
KINKS = [-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 6.0, 20.0, math.nan]


def wave(*shape, phase=0.0):
    """Numbers without structure, all inside (-2, 2)."""
    numel = math.prod(shape)
    values = [round(1.9 * math.sin(2.3 * i + 0.7 + phase), 4) for i in range(numel)]
    return torch.tensor(values, dtype=torch.float64).view(shape)


def longs(*values):
    return torch.tensor(values)


kinks = torch.tensor(KINKS, dtype=torch.float64)
image = wave(1, 2, 5, 4)

# Each expression with its inputs x, y, z.
CASES = [
    *[(f"F.{name}(x)", kinks) for name in (
        "relu", "relu6", "hardtanh", "hardsigmoid", "hardswish", "hardshrink", "softshrink", "elu", "selu", "celu",
        "leaky_relu", "softplus", "logsigmoid", "gelu", "silu", "mish", "softsign", "tanhshrink")],
    ("F.threshold(x,.5,9.)", kinks),
    ("F.prelu(x,y)", kinks, wave(1)),
    ("F.gelu(x,approximate='tanh')", kinks),
    ("F.l1_loss(x,y)", wave(3), wave(3)),
    ("F.smooth_l1_loss(x,y,beta=0.)", wave(3), wave(3)),
    ("F.smooth_l1_loss(x,y)", torch.tensor([1.0, 0.0, -1.0], dtype=torch.float64), torch.zeros(3, dtype=torch.float64)),
    ("F.huber_loss(x,y)", torch.tensor([1.0, 0.0, -1.0], dtype=torch.float64), torch.zeros(3, dtype=torch.float64)),
    ("F.margin_ranking_loss(x,y,z)", wave(3), wave(3), torch.ones(3, dtype=torch.float64)),
    ("F.hinge_embedding_loss(x,y)", torch.ones(2, dtype=torch.float64), -torch.ones(2, dtype=torch.float64)),
    ("F.binary_cross_entropy(x,y)", torch.tensor([0.0, 1.0, 0.3], dtype=torch.float64), torch.tensor([1.0, 0.0, 0.3], dtype=torch.float64)),
    ("F.cross_entropy(x,y,ignore_index=1)", wave(2, 3), longs(1, 1)),
    ("F.cross_entropy(x,y,weight=z,label_smoothing=.3)", wave(3, 3), longs(1, -100, 2), wave(3).abs()),
    ("F.kl_div(x,y,reduction='batchmean')", wave(2, 2), torch.tensor([[0.0, 1.0], [0.4, 0.6]], dtype=torch.float64)),
    ("F.normalize(x)", torch.tensor([[0.0, 0.0], [3.0, 4.0]], dtype=torch.float64)),
    ("F.max_pool2d(x,2)", torch.tensor([[[1.0, 1.0], [math.nan, 1.0]]], dtype=torch.float64)),
    ("F.max_pool2d(x,2,2,1,return_indices=True)[1]", torch.full((1, 3, 3), -math.inf, dtype=torch.float64)),
    ("F.max_pool2d(x,3,1,1,2)", image),
    ("F.avg_pool2d(x,3,2,1,True,False)", image),
    ("F.lp_pool1d(x,3,2)", wave(1, 2, 5).abs()),
    ("F.lp_pool2d(x,2,2,1)", image.abs()),
    ("F.conv1d(x,y,z,2,1)", wave(2, 4, 7), wave(6, 2, 3)[:, :1].repeat(1, 4, 1), wave(6)),
    ("F.conv2d(x,y,z,(2,1),(0,2),(1,2),2)", wave(2, 4, 6, 5), wave(6, 2, 3, 2), wave(6)),
    ("F.conv2d(x,y,padding='same')", image, wave(3, 2, 2, 4)),
    ("F.conv2d(x,y,groups=2)", image, wave(2, 1, 2, 2)),
    ("F.conv3d(x,y,z,2,1)", wave(1, 2, 3, 4, 3), wave(2, 2, 2, 3, 2), wave(2)),
    ("F.conv_transpose2d(x,y,z,3,1,2,2)", wave(2, 4, 3, 2), wave(4, 3, 2, 2), wave(6)),
    ("F.conv_transpose3d(x,y)", wave(1, 2, 2, 2, 2), wave(2, 1, 2, 1, 2)),
    ("F.fold(x,(4,5),(2,3),padding=1,stride=(2,1))", wave(1, 12, 15)),
    ("F.interpolate(x,size=(7,3),mode='nearest-exact')", image),
    ("F.interpolate(x,scale_factor=1.7,mode='nearest')", image),
    ("F.interpolate(x,scale_factor=.6,mode='bilinear')", image),
    ("F.interpolate(x,scale_factor=.6,mode='bicubic',recompute_scale_factor=True)", image),
    ("F.interpolate(x,size=(2,7),mode='bilinear',antialias=True)", image),
    ("F.interpolate(x,size=(3,2),mode='bicubic',antialias=True)", image),
    ("F.affine_grid(x,(2,1,3,2),align_corners=False)", wave(2, 2, 3)),
    ("F.affine_grid(x,(1,1,2,3,2),align_corners=True)", wave(1, 3, 4)),
    ("F.grid_sample(x,y,padding_mode='reflection',align_corners=False)", image, wave(1, 3, 2, 2)),
    ("F.grid_sample(x,y,mode='bicubic',padding_mode='reflection',align_corners=True)", image, wave(1, 3, 2, 2)),
    ("F.grid_sample(x,y,mode='nearest',padding_mode='border',align_corners=False)", image, wave(1, 3, 2, 2)),
    ("F.grid_sample(x,y,padding_mode='border',align_corners=True)", wave(1, 1, 2, 3, 3), wave(1, 2, 2, 1, 3)),
    ("F.one_hot(x)", longs(2, 0)),
    ("F.embedding(y,x,padding_idx=1,scale_grad_by_freq=True)", wave(4, 2), longs(0, 1, 3, 3)),
    ("F.embedding(y,x.clone(),max_norm=1.)", wave(4, 2), longs(0, 3, 3)),
    ("F.embedding_bag(y,x,z,mode='max')", wave(4, 2), longs(0, 2, 3), longs(0, 2, 2)),
    ("F.embedding_bag(y,x,z,mode='mean',padding_idx=2,scale_grad_by_freq=True)", wave(4, 2), longs(0, 2, 3, 3), longs(0, 2)),
    ("F.bilinear(x,y,z)", wave(2, 3), wave(2, 2), wave(2, 3, 2)),
    ("F.ctc_loss(x.log_softmax(2),y,(5,4),(3,2))", wave(5, 2, 4), longs(1, 1, 2, 3, 2)),
    ("F.ctc_loss(x.log_softmax(2),y,(5,4),(3,0),reduction='none')", wave(5, 2, 4), torch.tensor([[1, 2, 1], [3, 3, 3]])),
    ("F.ctc_loss(x.log_softmax(2),y,(2,4),(2,2),reduction='sum',zero_infinity=True)", wave(5, 2, 4), torch.tensor([[1, 1], [3, 2]])),
    ("F.ctc_loss(x.log_softmax(1),y,torch.tensor(5),torch.tensor(2),blank=3)", wave(5, 4), longs(1, 2)),
    *[(f"(torch.manual_seed(7), {call})[1]", torch.ones(*shape)) for call, shape in (
        ("F.dropout(x,.3)", (2, 3, 4)),
        ("F.dropout1d(x,.5)", (3, 4)),
        ("F.dropout2d(x,.5)", (2, 3, 4, 1)),
        ("F.alpha_dropout(x,.4,True)", (2, 5)),
        ("F.feature_alpha_dropout(x,.5,True)", (2, 3, 2)),
        ("F.rrelu(-x,training=True)", (6,)),
    )],
]


def plain(x):
    """Numbers as JSON has them; strings for those that it has not."""
    return [v if isinstance(v, (int, bool)) or math.isfinite(v) else str(v) for v in x.flatten().tolist()]


def dump(x):
    return {"dtype": str(x.dtype).removeprefix("torch."), "shape": list(x.shape), "data": plain(x)}


def record(expr, *inputs):
    names = dict(zip("xyz", (t.detach().clone() for t in inputs)))
    given = {name: dump(t) for name, t in names.items()}
    for name, t in names.items():
        if t.is_floating_point() and not (name == "z" and "cross_entropy" in expr):
            t.requires_grad_()
    out = eval(expr, {"F": F, "torch": torch, **names})
    row = {"expr": expr, "inputs": given, "out": dump(out.detach())}
    if out.requires_grad:
        weights = torch.tensor([i % 3 + 1 for i in range(out.numel())], dtype=out.dtype).view(out.shape)
        out.backward(weights)
        row["grads"] = {name: dump(t.grad) for name, t in names.items() if t.grad is not None}
    return row


def main():
    warnings.simplefilter("ignore")
    rows = [record(*case) for case in CASES]
    lines = ",\n".join(json.dumps(row) for row in rows)
    provenance = json.dumps({"torch": torch.__version__, "command": "packages/core/test/functional/record.py"})
    FIXTURE.write_text(f'{{"provenance": {provenance},\n"cases": [\n{lines}\n]}}\n')
    print(len(rows), FIXTURE.stat().st_size)


main()
