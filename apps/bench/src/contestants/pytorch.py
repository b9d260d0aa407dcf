"""PyTorch's side of the bench: reads "case times" lines, answers microseconds of one run. One thread."""
import sys, time, math
try:
    import torch
except ImportError:
    print('missing', flush=True)
    sys.exit(0)
torch.set_num_threads(1)

def randn(*shape): return torch.randn(*shape)

def product(a, b): return lambda: a.mm(b)

def notebook():
    def work():
        x = torch.ones(2, 2, requires_grad=True)
        y = x + 2
        (y * y * 3).mean().backward()
    return work

def add(a, b): return lambda: a + b

def mlp():
    w1 = (randn(128, 784) * math.sqrt(2 / 784)).requires_grad_()
    w2 = (randn(10, 128) * math.sqrt(2 / 128)).requires_grad_()
    b1, b2 = torch.zeros(128, requires_grad=True), torch.zeros(10, requires_grad=True)
    x, target = randn(64, 784), torch.randint(10, (64,)).unsqueeze(1)
    def work():
        hidden = torch.addmm(b1, x, w1.t()).relu()
        loss = -torch.addmm(b2, hidden, w2.t()).log_softmax(1).gather(1, target).mean()
        loss.backward()
        with torch.no_grad():
            for p in (w1, b1, w2, b2):
                p.sub_(p.grad, alpha=0.1)
                p.grad = None
    return work

def unary(fn, *shape):
    a = randn(*shape)
    return lambda: fn(a)

makers = {
    'add-2x2': lambda: add(randn(2, 2), randn(2, 2)),
    'add-2x2-grad': lambda: add(randn(2, 2).requires_grad_(), randn(2, 2)),
    'notebook': notebook,
    'add-1e3': lambda: add(randn(1000), randn(1000)),
    'add-1e6': lambda: add(randn(1000000), randn(1000000)),
    'exp-1e6': lambda: unary(torch.exp, 1000000),
    'sum-1e7': lambda: unary(torch.sum, 10000000),
    'mm-512-nn': lambda: product(randn(512, 512), randn(512, 512)),
    'mm-512-nt': lambda: product(randn(512, 512), randn(512, 512).t()),
    'mm-512-tn': lambda: product(randn(512, 512).t(), randn(512, 512)),
    'mm-512-tt': lambda: product(randn(512, 512).t(), randn(512, 512).t()),
    'mm-skinny': lambda: product(randn(64, 784), randn(784, 10)),
    'softmax-1000': lambda: unary(lambda a: a.softmax(1), 1000, 1000),
    'mlp-sgd': mlp,
}
ready = {}
print(torch.__version__, flush=True)
for line in sys.stdin:
    case, times = line.split()
    if case not in makers:
        print('none', flush=True)
        continue
    work = ready.setdefault(case, None) or makers[case]()
    ready[case] = work
    start = time.perf_counter()
    for _ in range(int(times)): work()
    print((time.perf_counter() - start) / int(times) * 1e6, flush=True)
