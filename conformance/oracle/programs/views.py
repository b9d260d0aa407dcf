"""Views, views of views, and what only moves elements."""


def slice_of(program, size):
    def bound():
        return '' if program.chance(0.35) else str(program.whole(-size - 1, size + 1))

    if program.chance(0.4):
        return f'{bound()}:{bound()}'
    step = program.pick([1, 2, 2, 3]) if program.chance(0.97) else program.pick([0, -1])
    return f'{bound()}:{bound()}:{step}'


def basic_index(program, tensor):
    """Numbers, slices, None and an ellipsis."""
    items = []
    sizes = list(tensor.shape)
    ellipsis = program.whole(0, len(sizes)) if program.chance(0.25) else None
    for i, size in enumerate(sizes[: program.whole(0, len(sizes)) + 1]):
        if ellipsis == i:
            items.append('...')
            break
        if program.chance(0.12):
            items.append('None')
        if program.chance(0.3):
            items.append(str((program.indices(size, 1) or [0])[0]))
        else:
            items.append(slice_of(program, size))
    if not items or (tensor.dim() == 0 and program.chance(0.9)):
        items = [program.pick(['...', 'None', '..., None'])]
    return ', '.join(items)


def split_sizes(program, size):
    first = program.whole(0, size)
    rest = size - first if program.chance(0.95) else size - first + 1
    return [first, rest]


def factors(program, count):
    """Sizes that hold `count` elements, one of them perhaps -1."""
    sizes = []
    left = count
    while left > 1 and len(sizes) < 3 and program.chance(0.7):
        divisor = program.pick([d for d in range(1, left + 1) if left % d == 0])
        sizes.append(divisor)
        left //= divisor
    if left != 1 or not sizes:
        sizes.append(left)
    program.random.shuffle(sizes)
    if program.chance(0.3):
        sizes[program.whole(0, len(sizes) - 1)] = -1
    if program.chance(0.03):
        sizes.append(2)
    return sizes


def permutation(program, rank):
    order = list(range(rank))
    program.random.shuffle(order)
    if rank and program.chance(0.02):
        order[0] = order[-1]
    return order


def strided(program, tensor):
    rank = program.whole(0, 3)
    size = [program.whole(0, 3) for _ in range(rank)]
    stride = [program.whole(0, 3) for _ in range(rank)]
    last = tensor.storage_offset() + sum((n - 1) * s for n, s in zip(size, stride) if n > 0)
    room = tensor.storage().size() - last - 1
    offset = '' if program.chance(0.5) or room <= 0 else f', {program.whole(0, room)}'
    return f'as_strided({tuple(size)}, {tuple(stride)}{offset})'


def view(program, name, tensor):
    """An expression that is a view of a tensor (or a copy, where reshape and the like have to copy)."""
    rank = tensor.dim()
    axis = program.axis(tensor)
    other = program.axis(tensor)
    size = tensor.shape[axis] if -rank <= axis < rank else 1
    part = program.whole(0, 2)
    options = {
        'index': f'[{basic_index(program, tensor)}]',
        'select': f'.select({axis}, {(program.indices(size, 1) or [0])[0]})',
        'narrow': f'.narrow({axis}, {program.whole(0, max(size - 1, 0))}, {program.whole(0, 2)})',
        'transpose': f'.transpose({axis}, {other})',
        'permute': f'.permute({permutation(program, rank)})' if program.chance(0.5)
        else f'.permute({", ".join(map(str, permutation(program, rank)))})' if rank > 0 else '.permute([])',
        'expand': f'.expand({expanded(program, tensor)})',
        'unfold': f'.unfold({axis}, {program.whole(0 if program.chance(0.1) else 1, max(size, 1))}, {program.whole(1, 3)})',
        'diagonal': f'.diagonal({program.whole(-2, 2)}, {axis}, {other})' if program.chance(0.6) else '.diagonal()',
        'as_strided': f'.{strided(program, tensor)}',
        'movedim': f'.movedim({axis}, {other})',
        'view': f'.view({factors(program, tensor.numel())})',
        'reshape': f'.reshape({factors(program, tensor.numel())})',
        'squeeze': f'.squeeze({axis})' if program.chance(0.6) else '.squeeze()',
        'unsqueeze': f'.unsqueeze({program.whole(-rank - 1, rank)})',
        'flatten': f'.flatten({axis}, {other})' if program.chance(0.6) else '.flatten()',
        'chunk': f'.chunk({program.whole(1, 4)}, {axis})[{min(part, 0 if program.chance(0.7) else 1)}]',
        'split': f'.split({program.whole(1, 3)}, {axis})[0]',
        'split_sizes': f'.split({split_sizes(program, size)}, {axis})[{program.whole(0, 1)}]',
        'tensor_split': f'.tensor_split({program.whole(1, 3)}, {axis})[0]',
        'unbind': f'.unbind({axis})[0]',
        'T': '.T' if rank == 2 else '.swapaxes(0, -1)',
        't': '.t()',
        'detach': '.detach()',
        'ravel': '.ravel()',
        'contiguous': '.contiguous()',
        'view_as': f'.view_as({name})',
        'expand_as': f'.expand_as({program.tensor()})',
        'unflatten': f'.unflatten({axis}, {factors(program, size)})',
        'flip': f'.flip({program.axes(tensor)})',
        'roll': f'.roll({program.whole(-3, 3)}, {axis})' if program.chance(0.7) else f'.roll({program.whole(-3, 3)})',
        'repeat': f'.repeat({[program.whole(0 if program.chance(0.1) else 1, 2) for _ in range(rank + program.whole(0, 1))]})',
        'tile': f'.tile({tuple(program.whole(1, 2) for _ in range(program.whole(1, 3)))})',
        'rot90': f'.rot90({program.whole(-2, 3)}, [{axis}, {other}])',
        'repeat_interleave': f'.repeat_interleave({program.whole(0, 3)}, {axis})',
        'tril': f'.{program.pick(["tril", "triu"])}({program.whole(-1, 1)})',
        'diag': f'.diag({program.whole(-1, 1)})',
        'diag_embed': f'.diag_embed({program.whole(-1, 1)})',
    }
    weights = {'index': 8, 'as_strided': 2, 'expand': 3, 'transpose': 3, 'permute': 2, 'unfold': 2, 'diagonal': 2, 'view': 3}
    names = list(options)
    chosen = program.random.choices(names, [weights.get(one, 1) for one in names])[0]
    return name + options[chosen]


def expanded(program, tensor):
    sizes = [program.pick([-1, size]) if size != 1 else program.pick([1, 2, 3, -1]) for size in tensor.shape]
    if program.chance(0.3) and len(sizes) < 4:
        sizes = [program.pick([1, 2]), *sizes]
    if sizes and program.chance(0.03):
        sizes[0] = 7
    return sizes if sizes else '()'
