"""Advanced indexing, assignment by index, and the functions that gather and scatter."""
import torch

from .program import dtype_name, is_float
from .views import basic_index, slice_of


def mask(program, shape):
    return program.literal('bool', shape)


def index_tensor(program, size, shape):
    count = 1
    for one in shape:
        count *= one
    if count == 0 or size == 0:
        return f'torch.zeros({tuple(0 if i == 0 else s for i, s in enumerate(shape)) or (0,)}, dtype=torch.int64)'
    values = iter(program.indices(size, count))

    def nested(sizes):
        return str(next(values)) if not sizes else '[' + ', '.join(nested(sizes[1:]) for _ in range(sizes[0])) + ']'

    dtype = '' if program.chance(0.95) else f', dtype=torch.{program.pick(["int32", "uint8", "float32"])}'
    return f'torch.tensor({nested(shape)}{dtype})'


def advanced_index(program, tensor):
    """Tensors, lists, masks, numbers, slices, None and an ellipsis, mixed."""
    sizes = list(tensor.shape)
    items = []
    shape = program.pick([[2], [3], [2], [1], [2, 2], [], [0], [2, 1]])
    at = 0
    while at < len(sizes) and program.chance(0.85):
        kind = program.random.random()
        size = sizes[at]
        if kind < 0.3:
            items.append(index_tensor(program, size, program.pick([shape, shape, [1], []])))
        elif kind < 0.42:
            items.append(str(program.indices(size, len(shape) and shape[0])))
        elif kind < 0.57:
            many = program.pick([1, 1, 2]) if at + 1 < len(sizes) else 1
            items.append(mask(program, [s + (1 if program.chance(0.02) else 0) for s in sizes[at : at + many]]))
            at += many - 1
        elif kind < 0.66:
            items.append(str((program.indices(size, 1) or [0])[0]))
        elif kind < 0.72:
            items.append('None')
            at -= 1
        elif kind < 0.75:
            items.append(program.boolean())
            at -= 1
        elif kind < 0.8 and '...' not in items:
            items.append('...')
            at += program.whole(-1, len(sizes) - at - 1)
        else:
            items.append(slice_of(program, size))
        at += 1
    if not items:
        items = [program.pick(['True', 'False', mask(program, sizes), 'None, ...'])]
    return ', '.join(items)


def index(program, tensor):
    return basic_index(program, tensor) if program.chance(0.3) else advanced_index(program, tensor)


def value_for(program, name, at):
    """Something to assign to `name[at]`."""
    if program.chance(0.4):
        return program.scalar()
    try:
        shape = list(eval(f'{name}[{at}]', dict(program.names)).shape)  # noqa: S307
    except Exception:  # noqa: BLE001
        shape = [2]
    own = dtype_name(program.names[name])
    return program.literal(own if program.chance(0.7) else program.dtype(), program.like_shape(shape))


def reads(program, name, tensor):
    """An expression that picks elements."""
    axis = program.axis(tensor)
    rank = tensor.dim()
    size = tensor.shape[axis] if -rank <= axis < rank else 1
    line = index_tensor(program, size, [program.whole(0, 3)])
    same = index_tensor(program, size, [min(s, 2) for s in tensor.shape])
    options = [
        f'{name}[{advanced_index(program, tensor)}]',
        f'{name}[{advanced_index(program, tensor)}]',
        f'{name}[{advanced_index(program, tensor)}]',
        f'{name}.index_select({axis}, {line})',
        f'{name}.gather({axis}, {same})',
        f'{name}.take({index_tensor(program, tensor.numel(), program.shape())})',
        f'{name}.take_along_dim({index_tensor(program, size, [min(s, 2) if i == axis % max(rank, 1) else s for i, s in enumerate(tensor.shape)])}, {axis})',
        f'{name}.masked_select({mask(program, program.like_shape(tensor.shape))})',
        f'{name}.nonzero()',
        f'torch.argwhere({name})',
        f'{name}.masked_fill({mask(program, program.like_shape(tensor.shape))}, {program.scalar()})',
    ]
    return program.pick(options)


def writes(program, name, tensor, suffix='_'):
    """A call that puts elements into a tensor, in place or into a copy."""
    axis = program.axis(tensor)
    rank = tensor.dim()
    size = tensor.shape[axis] if -rank <= axis < rank else 1
    count = program.whole(0, min(3, size))
    line = program.random.sample(range(size), count) if size else []
    at = f'torch.tensor({line}, dtype=torch.int64)'
    shape = [len(line) if i == axis % max(rank, 1) else s for i, s in enumerate(tensor.shape)]
    own = dtype_name(tensor) if program.chance(0.92) else program.dtype()
    source = program.literal(own, shape)
    same = [min(s, 2) for s in tensor.shape]
    where = index_tensor(program, size, same)
    value = program.literal(own, list(tensor.shape))
    # Elsewhere PyTorch fills in the order of memory.
    scattered = f'{name}.masked_scatter{suffix}({mask(program, list(tensor.shape))}, {value})'
    options = [
        f'{name}.index_add{suffix}({axis}, {at}, {source})',
        f'{name}.index_copy{suffix}({axis}, {at}, {source})',
        f'{name}.index_fill{suffix}({axis}, {at}, {program.scalar()})',
        f'{name}.scatter_add{suffix}({axis}, {where}, {value})',
        f'{name}.masked_fill{suffix}({mask(program, program.like_shape(tensor.shape))}, {program.scalar()})',
        scattered if tensor.is_contiguous() else f'{name}.index_fill{suffix}({axis}, {at}, 1)',
        f'{name}.put{suffix}({index_tensor(program, tensor.numel(), [2])}, {program.literal(own, [2])}, accumulate=True)',
        f'{name}.index_put{suffix}(({index_tensor(program, tensor.shape[0] if rank else 1, [2])},), {program.literal(own, [])}, accumulate=True)',
    ]
    return program.pick(options)


def assignment(program, name, tensor):
    at = index(program, tensor)
    if is_float(tensor) and program.chance(0.1):
        return f'{name}[{at}] = {name}[{at}].clone()'
    target = f'{name}[{at}]'
    value = value_for(program, name, at)
    if program.chance(0.2) and tensor.dtype != torch.bool:
        return f'{target} {program.pick(["+=", "-=", "*="])} {value}'
    return f'{target} = {value}'
