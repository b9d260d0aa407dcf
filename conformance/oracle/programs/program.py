"""A program that grows a cell at a time: each cell is chosen knowing what the ones before left behind in real PyTorch."""
import random

import torch

DTYPES = ['float64', 'float32', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8', 'uint8', 'bool']
FLOATS = DTYPES[:4]
SPECIAL = ["float('nan')", "float('inf')", "-float('inf')"]


def dtype_name(tensor):
    return str(tensor.dtype)[len('torch.'):]


def is_float(tensor):
    return tensor.dtype.is_floating_point


def is_whole(tensor):
    return not tensor.dtype.is_floating_point and tensor.dtype != torch.bool


class Program:
    """The names that a program has so far, and its random choices."""

    def __init__(self, seed, names):
        self.random = random.Random(seed)
        self.names = names
        self.count = 0

    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, options):
        return self.random.choice(list(options))

    def whole(self, low, high):
        return self.random.randint(low, high)

    def fresh(self):
        name = 'abcdefghijklmnopqrstuvwxyz'[self.count]
        self.count += 1
        return name

    def tensor(self, fits=lambda tensor: True):
        """The name of a tensor that is small enough to go on with, rather a late one; None if there is none."""
        found = [
            name
            for name, value in self.names.items()
            if isinstance(value, torch.Tensor) and len(name) == 1 and value.numel() <= 100 and fits(value)
        ]
        if not found:
            return None
        return found[-1] if self.chance(0.4) else self.pick(found)

    def axis(self, tensor, wrong=0.02):
        rank = max(tensor.dim(), 1)
        if self.chance(wrong):
            return self.pick([rank, -rank - 1])
        return self.whole(-rank, rank - 1)

    def axes(self, tensor):
        """Some dimensions, rarely one twice."""
        rank = max(tensor.dim(), 1)
        chosen = self.random.sample(range(rank), self.whole(1, rank))
        if self.chance(0.03):
            chosen.append(chosen[0])
        return [axis - rank if self.chance(0.3) else axis for axis in chosen]

    def scalar(self, whole=None, special=True):
        """A Python number; a float is never whole, because JavaScript has one type for both."""
        if whole is None:
            whole = self.chance(0.6)
        if whole:
            return str(self.pick([0, 1, 2, 2, 3, -1, -2, -3, 5, 7, 100]))
        if special and self.chance(0.1):
            return self.pick(SPECIAL)
        return str(self.pick([0.5, 1.5, -0.5, 2.5, -1.5, 0.25]))

    def boolean(self):
        return self.pick(['True', 'False'])

    def dtype(self):
        return self.pick(DTYPES)

    def shape(self, rank=None):
        rank = self.pick([0, 1, 1, 2, 2, 2, 3, 3, 4]) if rank is None else rank
        return [self.pick([0, 1, 1, 2, 2, 2, 3, 3, 3, 4, 5] if rank < 4 else [1, 1, 2, 2, 3]) for _ in range(rank)]

    def like_shape(self, shape):
        """A shape that broadcasts with another, mostly."""
        sizes = [1 if self.chance(0.2) else size for size in shape]
        if self.chance(0.3):
            sizes = sizes[self.whole(0, len(sizes)):]
        elif self.chance(0.1) and len(sizes) < 4:
            sizes = [self.pick([1, 2]), *sizes]
        if self.chance(0.03):
            sizes = [size + 1 for size in sizes]
        return sizes

    def literal(self, dtype, shape, requires_grad=None, special=0.15):
        """An expression for a new tensor with values that most arithmetic is exact on."""
        options = f', dtype=torch.{dtype}'
        if requires_grad is None:
            requires_grad = dtype in FLOATS and self.chance(0.15)
        if requires_grad:
            options += ', requires_grad=True'
        count = 1
        for size in shape:
            count *= size
        if count == 0:
            return f'torch.zeros({tuple(shape)}{options})'
        special = special if self.chance(0.25) else 0
        values = iter([self.element(dtype, special) for _ in range(count)])

        def nested(sizes):
            if not sizes:
                return next(values)
            return '[' + ', '.join(nested(sizes[1:]) for _ in range(sizes[0])) + ']'

        return f'torch.tensor({nested(shape)}{options})'

    def element(self, dtype, special=0.0):
        if dtype == 'bool':
            return self.boolean()
        if dtype == 'uint8':
            return str(self.pick([0, 1, 2, 3, 4, 5, 7, 200, 255]))
        if dtype in FLOATS:
            return self.pick(SPECIAL) if self.chance(special) else str(self.whole(-12, 12) / self.pick([1, 1, 2, 4]))
        return str(self.whole(-7, 7))

    def indices(self, size, count):
        """Positions in a dimension, rarely one that is not there."""
        if size == 0:
            return [0] * count if self.chance(0.3) else []
        found = [self.whole(-size, size - 1) if self.chance(0.3) else self.whole(0, size - 1) for _ in range(count)]
        if found and self.chance(0.03):
            found[-1] = size
        return found

    def partner(self, tensor):
        """What a binary operation has at its other side: a number, a tensor there is, or a new one."""
        kind = self.random.random()
        if kind < 0.25:
            return self.scalar()
        if kind < 0.45:
            return self.tensor()
        shape = [] if kind < 0.55 else self.like_shape(tensor.shape)
        return self.literal(self.pick([dtype_name(tensor), self.dtype()]), shape)
