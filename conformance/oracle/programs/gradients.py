"""Backward through what a program has computed, second derivatives, hooks, leaves and modes."""
import torch


def leaf(program):
    return program.tensor(lambda tensor: tensor.is_leaf and tensor.requires_grad)


def computed(program):
    return program.tensor(lambda tensor: tensor.requires_grad and not tensor.is_leaf)


def weighted(name, tensor):
    """A scalar in which each element counts differently."""
    if tensor.dim() == 0 or tensor.numel() == 0:
        return f'{name}.sum()'
    count = tensor.numel()
    return f'({name} * (torch.arange({count}, dtype=torch.float32) - {count // 2}).to({name}.dtype).view({list(tensor.shape)})).sum()'


def backward(program):
    name = computed(program) or leaf(program)
    if name is None:
        return None
    tensor = program.names[name]
    leaves = [
        one
        for one, value in program.names.items()
        if isinstance(value, torch.Tensor) and len(one) == 1 and value.is_leaf and value.requires_grad
    ]
    flags = program.pick(['', '', 'retain_graph=True', 'create_graph=True'])
    if program.chance(0.2):
        return f'{name}.backward({flags})', leaves
    return f'{weighted(name, tensor)}.backward({flags})', leaves


def grad(program):
    """An expression for a gradient, perhaps of a gradient."""
    name = computed(program)
    # Hooks come before what grad() gives from PyTorch 2 on.
    source = program.tensor(lambda tensor: tensor.requires_grad and not tensor._backward_hooks)
    if name is None or source is None:
        return None
    tensor = program.names[name]
    unused = ', allow_unused=True' if program.chance(0.3) else ''
    first = f'torch.autograd.grad({weighted(name, tensor)}, {source}, create_graph=True{unused})[0]'
    if program.chance(0.5):
        return first
    return f'torch.autograd.grad({first}.pow(2).sum(), {source}{unused})[0]'


def rule(program):
    """A line about leaves, hooks, modes, versions."""
    name = program.tensor()
    other = computed(program) or name
    return program.pick([
        f'{name}.requires_grad_()',
        f'{name}.requires_grad = {program.boolean()}',
        f'{other}.retain_grad()',
        f'{other}.register_hook(lambda g: g * 2)',
        f'print({other}.grad_fn)',
        f'print({name}.grad, {name}.is_leaf, a._version)',
        f'{name}.detach_()',
        f'with torch.no_grad():\n    {name}.mul_(2)',
        f'print({name}.item())',
        f'print({name}.tolist())',
        f'{other}.grad = None',
        f'print({name}.is_contiguous(), {name}.storage_offset(), {name}.numel(), {name}.dim())',
        f'print(bool({name}))',
        f'print(torch.equal({name}, {other}))',
        f'print(torch.result_type({name}, {program.partner(program.names[name])}))',
        f'print(len({name}))',
    ])


SHAPE_CHANGES = ['t_()', 'squeeze_()', 'unsqueeze_(0)', 'transpose_(0, -1)', 'squeeze_(0)', 'swapaxes_(0, -1)']
