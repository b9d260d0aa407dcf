"""PyTorch's side of the bench, one thread: reads one request a line as JSON, answers one line as JSON."""

import base64
import json
import math
import subprocess
import sys
import time

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    print(json.dumps({"missing": True}), flush=True)
    sys.exit(0)

torch.set_num_threads(1)
now = time.thread_time if sys.argv[1:] == ["processor"] else time.perf_counter


def hashed(seed, count):
    """The same integer hash as in numbers.ts."""
    mask = 0xFFFFFFFF
    h = (torch.arange(count, dtype=torch.int64) + (seed * 0x9E3779B1 & mask)) & mask
    h = h * 0x85EBCA6B & mask
    h = (h ^ (h >> 15)) & mask
    h = h * 0xC2B2AE35 & mask
    return (h ^ (h >> 13)) & mask


def tensor_of(spec):
    shape, kind = spec["shape"], spec["fill"]
    if kind == "zeros":
        return torch.zeros(shape)
    count = math.prod(shape)
    if kind == "classes":
        return hashed(spec["seed"], count) % 10
    values = ((hashed(spec["seed"], count).double() / 2**31 - 1) * spec["scale"]).float()
    return ((values + 1) / 2 if kind == "unit" else values).reshape(shape)


def notebook(work):
    def run():
        x = torch.ones(2, 2, requires_grad=True)
        y = x + 2
        (y * y * 3).mean().backward()
        return x.grad

    return run


def add(work, a, b):
    if work.get("recorded"):
        a.requires_grad_()
    return lambda: a + b


def chain(work, a, b):
    def run():
        y = a
        for i in range(work["length"]):
            y = y * a if i % 2 == 0 else y + b
        return y

    return run


def matmul(work, a, b):
    if work["batch"] == 1:
        a, b = a[0], b[0]
    a = a.transpose(-2, -1) if work["ta"] else a
    b = b.transpose(-2, -1) if work["tb"] else b
    return lambda: a @ b


def conv(work, x, w, dy=None):
    if work["pass"] == "forward":
        return lambda: F.conv2d(x, w, padding=1)
    wanted = (x if work["pass"] == "input" else w).requires_grad_()
    out = F.conv2d(x, w, padding=1)
    return lambda: torch.autograd.grad(out, wanted, dy, retain_graph=True)[0]


def mlp(w1, b1, w2, b2, x):
    return torch.addmm(b2, torch.addmm(b1, x, w1.t()).relu(), w2.t())


def cnn(w1, b1, w2, b2, w3, b3, x):
    first = F.max_pool2d(F.conv2d(x, w1, b1, padding=1).relu(), 2)
    second = F.max_pool2d(F.conv2d(first, w2, b2, padding=1).relu(), 2)
    return torch.addmm(b3, second.flatten(1), w3.t())


def training(logits):
    def make(work, *inputs):
        *parameters, x, classes = inputs
        for p in parameters:
            p.requires_grad_()
        make_optimizer = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[work["optimizer"]]
        optimizer = make_optimizer(parameters, lr=work["rate"])

        def run():
            optimizer.zero_grad(set_to_none=True)
            loss = F.cross_entropy(logits(*parameters, x), classes)
            loss.backward()
            optimizer.step()
            return loss.detach()

        return run

    return make


makers = {
    "add": add,
    "notebook": notebook,
    "exp": lambda work, a: lambda: torch.exp(a),
    "sum": lambda work, a: lambda: torch.sum(a),
    "chain": chain,
    "matmul": matmul,
    "conv": conv,
    "softmax": lambda work, a: lambda: a.softmax(1),
    "layerNorm": lambda work, x, w, b: lambda: F.layer_norm(x, x.shape[1:], w, b),
    "mlp": training(mlp),
    "cnn": training(cnn),
}

ready = {}


def prepare(request):
    work = request["work"]
    if work["op"] not in makers:
        return {"declined": "measured apart"}
    run = makers[work["op"]](work, *map(tensor_of, request["inputs"]))
    ready[request["key"]] = run
    out = torch.stack([run() for _ in range(work["steps"])]) if "optimizer" in work else run()
    data = out.detach().float().contiguous().reshape(-1)
    return {"result": base64.b64encode(bytes(data.numpy().data)).decode()}


def timed(request):
    run, times = ready[request["key"]], request["times"]
    start = now()
    for _ in range(times):
        run()
    return {"time": (now() - start) / times * 1e6}


def blas():
    """Debian's libtorch calls whatever libblas.so.3 stands for."""
    try:
        libraries = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True).stdout
    except OSError:
        libraries = ""
    loaded = open("/proc/self/maps").read() if sys.platform == "linux" else ""
    if "openblas" in loaded:
        return "OpenBLAS"
    return "no optimised BLAS" if "libblas" in loaded or "libblas" in libraries else "BLAS unknown"


print(json.dumps({"about": f"{torch.__version__}, one thread, {blas()}"}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"prepare": prepare, "time": timed}[request["do"]](request)
    except Exception as error:
        answer = {"declined": f"failed: {error}"}
    print(json.dumps(answer), flush=True)
