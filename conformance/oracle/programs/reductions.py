"""Reductions, scans and orders."""
import torch

from .program import is_float

REDUCTIONS = 'sum mean prod amax amin all any logsumexp nansum nanmean count_nonzero'.split()
PLAIN = 'sum mean prod max min argmax argmin all any median std var count_nonzero nansum nanmean amax amin norm nanmedian'.split()


def reduction(program, name, tensor):
    if tensor.dtype in (torch.float16, torch.bfloat16) and program.chance(0.8):
        name = f'{name}.float()'
    kind = program.random.random()
    if kind < 0.2:
        dtype = f'dtype=torch.{program.dtype()}' if program.chance(0.3) else ''
        op = program.pick(PLAIN if dtype == '' else ['sum', 'prod', 'mean'])
        return f'{name}.{op}({dtype})'
    axes = program.axes(tensor)
    axis = program.axis(tensor)
    keep = f', keepdim={program.boolean()}' if program.chance(0.5) else ''
    if kind < 0.55:
        op = program.pick(['sum', 'mean', 'amax', 'amin', 'logsumexp', 'nansum', 'nanmean'])
        dtype = f', dtype=torch.{program.dtype()}' if op in ('sum', 'mean') and program.chance(0.2) else ''
        return f'{name}.{op}({program.pick([axes, axis, axes])}{keep}{dtype})'
    if kind < 0.65:
        return f'{name}.{program.pick(["std", "var"])}({program.pick([axis, axes])}, unbiased={program.boolean()}{keep})'
    if kind < 0.75:
        return f'{name}.{program.pick(["all", "any", "prod"])}({axis}{keep})'
    if kind < 0.83:
        return f'{name}.{program.pick(["argmax", "argmin"])}({axis}{keep})'
    if kind < 0.92:
        return f'{name}.{program.pick(["max", "min", "cummax", "cummin"])}({axis})[{program.whole(0, 1)}]'
    if kind < 0.94:
        return f'{name}.{program.pick(["median", "mode", "nanmedian"])}({axis}{keep})[0]'
    if kind < 0.97:
        return f'{name}.norm({program.pick(["1", "2", "0", "0.5"])}, {axis}{keep})'
    return f'{name}.count_nonzero({axis})'


def scan(program, name, tensor):
    if tensor.dtype in (torch.float16, torch.bfloat16):
        name = f'{name}.float()'
    axis = program.axis(tensor)
    dtype = f', dtype=torch.{program.dtype()}' if program.chance(0.15) and not is_float(tensor) else ''
    return program.pick([
        f'{name}.cumsum({axis}{dtype})',
        f'{name}.cumprod({axis}{dtype})',
        f'{name}.logcumsumexp({axis})',
        f'{name}.diff({program.whole(0, 2)}, {axis})',
        f'{name}.softmax({axis})',
        f'{name}.log_softmax({axis})',
    ])


def order(program, name, tensor):
    axis = program.axis(tensor)
    size = tensor.shape[axis] if -tensor.dim() <= axis < tensor.dim() else 1
    down = program.boolean()
    k = program.whole(0, size) if program.chance(0.95) else size + 1
    return program.pick([
        f'torch.sort({name}, stable=True, dim={axis}, descending={down})[{program.whole(0, 1)}]',
        f'{name}.sort({axis}, {down})[{program.whole(0, 1)}]',
        f'{name}.argsort({axis}, {down})',
        f'{name}.topk({k}, {axis}, {program.boolean()})[0]',
        f'{name}.kthvalue({max(k, 1) if program.chance(0.95) else 0}, {axis})[0]',
        f'{name}.nan_to_num().unique()',
        f'torch.unique({name}.nan_to_num(), return_inverse=True, return_counts=True)[{program.whole(0, 2)}]',
        f'{name}.msort()',
        f'torch.searchsorted({name}.flatten().sort()[0], {program.literal("float32", [2], False, 0)})',
        f'torch.isin({name}.to(torch.int32), {program.literal("int64", [3])})',
    ])
