"""The cells of a program, one after another."""
from . import arithmetic, gradients, indexing, joins, rarer, reductions, views
from .program import FLOATS

SHAPE_CHANGES = gradients.SHAPE_CHANGES

# Strides of dimensions that hold at most one element are no one's business.
SETUP = '''
def show(*tensors):
    for x in tensors:
        steps = [step for step, size in zip(x.stride(), x.shape) if size > 1]
        print(x, x.dtype, x.shape, steps if x.numel() > 0 else '')
def grads(*tensors):
    for x in tensors:
        print(x.grad if x.grad is None else x.grad.detach())
'''.strip()

EXPRESSIONS = {
    views.view: 9,
    arithmetic.unary: 3,
    arithmetic.binary: 7,
    arithmetic.ternary: 3,
    arithmetic.cast: 2,
    indexing.reads: 4,
    lambda program, name, tensor: indexing.writes(program, name, tensor, ''): 1,
    reductions.reduction: 5,
    reductions.scan: 1,
    reductions.order: 2,
    joins.product: 3,
    joins.join: 3,
    rarer.made: 1,
    rarer.statistic: 2,
    rarer.scattered: 2,
    rarer.reflected: 2,
    rarer.layer: 2,
}


def shown(names):
    return f'show({", ".join(names)})'


def made(program, focus):
    dtype = program.pick(FLOATS[:2]) if focus == 'grad' else program.dtype()
    name = program.fresh()
    shape = program.shape()
    code = f'{name} = {program.literal(dtype, shape, True if focus == "grad" and program.chance(0.7) else None, 0 if focus == "grad" else 0.15)}'
    return f'{code}\n{shown([name])}'


def computed(program):
    name = program.tensor()
    families = list(EXPRESSIONS)
    family = program.random.choices(families, list(EXPRESSIONS.values()))[0]
    expression = family(program, name, program.names[name])
    if program.chance(0.06):
        out = program.fresh()
        return f'with torch.no_grad():\n    {out} = {expression}\n{shown([out])}'
    out = program.fresh()
    return f'{out} = {expression}\n{shown([out])}'


def overlaps(tensor):
    """True when elements share memory in a way that PyTorch does not refuse to write to."""
    last = sum((size - 1) * step for size, step in zip(tensor.shape, tensor.stride()))
    return tensor.numel() > last + 1 > 0 and 0 not in tensor.stride()


def changed(program):
    """Something in place, and everything that shares memory with it."""
    name = program.tensor(lambda tensor: not overlaps(tensor))
    if name is None:
        return computed(program)
    tensor = program.names[name]
    kind = program.random.random()
    if kind < 0.45:
        code = arithmetic.in_place(program, name, tensor)
    elif kind < 0.75:
        code = indexing.assignment(program, name, tensor)
    elif kind < 0.9:
        code = indexing.writes(program, name, tensor)
    else:
        code = f'{name}.{program.pick(SHAPE_CHANGES)}'
    if kind >= 0.9 and tensor.requires_grad:
        code = f'{name}.mul_(2)'
    sharing = [
        other
        for other, value in program.names.items()
        if len(other) == 1 and hasattr(value, 'storage') and value.storage().data_ptr() == tensor.storage().data_ptr() != 0
    ]
    # What must not have changed.
    others = [program.tensor() for _ in range(2)]
    return f'{code}\n{shown(dict.fromkeys([name, *sharing[:3], *others]))}'


def differentiated(program):
    kind = program.random.random()
    if kind < 0.4:
        found = gradients.backward(program)
        if found is not None:
            code, leaves = found
            return f'{code}\ngrads({", ".join(leaves[:3])})'
    if kind < 0.6:
        expression = gradients.grad(program)
        if expression is not None:
            out = program.fresh()
            return f'{out} = {expression}\nprint({out}.detach())'
    return gradients.rule(program)


def next_cell(program, focus):
    """The code of the next cell."""
    if program.tensor() is None:
        return made(program, focus)
    weights = {'all': (1, 6, 2.5, 1), 'grad': (1, 5, 3, 4)}[focus]
    return program.random.choices([lambda: made(program, focus), *[lambda f=f: f(program) for f in (computed, changed, differentiated)]], weights)[0]()
