"""Products of matrices, and tensors put together."""
import torch

from .program import dtype_name


def product(program, name, tensor):
    if tensor.dtype in (torch.float16, torch.bfloat16, torch.bool):
        name = f'{name}.float()'
        tensor = tensor.float()
    own = dtype_name(tensor) if program.chance(0.93) else program.dtype()
    shape = list(tensor.shape)
    last = shape[-1] if shape else 2
    if program.chance(0.04):
        last += 1
    width = program.pick([0, 1, 2, 3, 3])

    def literal(sizes):
        # Without elements PyTorch does not look at the dtypes.
        return program.literal(own if 0 not in [*sizes, *shape] else dtype_name(tensor), sizes, special=0)

    batch = program.like_shape(shape[:-2]) if len(shape) > 2 else program.pick([[], [], [2], [1, 2]])
    options = [
        f'torch.matmul({name if len(shape) > 2 or not batch else name + ".detach()"}, {literal([*batch, last, width])})',
        f'{name} @ {literal([last])}',
        f'torch.einsum({einsum(program, len(shape))}, {name}.detach(), {literal([last, width])}.detach()).contiguous()',
        f'torch.outer({name}, {literal([width])})' if len(shape) == 1 else f'torch.tensordot({name}.double(), {program.literal("float64", [last, width], special=0)}, 1)',
    ]
    if len(shape) in (1, 2):
        options.append(f'{literal([width, shape[0]])} @ {name}')
    if len(shape) == 2:
        options += [
            f'torch.mm({name}, {literal([last, width])})',
            f'torch.addmm({literal(program.pick([[width], [shape[0], width], []]))}, {name}, {literal([last, width])}, beta={program.pick([0, 1, 2])}, alpha={program.pick([1, 2])})',
            f'torch.mv({name}, {literal([last])})',
            f'torch.addmv({literal([shape[0]])}, {name}, {literal([last])})',
            f'F.linear({name}, {literal([width, last])}, {literal([width])})',
            f'torch.einsum({program.pick([repr("ij->ji"), repr("ij->"), repr("ij->j"), repr("ij")])}, {name}.detach())',
        ]
    if len(shape) == 1:
        options += [f'torch.dot({name}, {literal([last])})', f'torch.inner({name}, {literal([last])})']
    if len(shape) == 3:
        options += [
            f'torch.bmm({name}, {literal([shape[0], last, width])})',
            f'torch.baddbmm({literal(program.pick([[shape[1], width], [1], [shape[0], shape[1], width]]))}, {name}, {literal([shape[0], last, width])}, beta={program.pick([0, 1, 2])})',
        ]
    return program.pick(options)


def einsum(program, rank):
    left = 'abcd'[:rank]
    kept = list(left[:-1] + 'z')
    program.random.shuffle(kept)
    if program.chance(0.3):
        return repr(f'...{left[-1:]},{left[-1:]}z->...z')
    return repr(f'{left},{left[-1:]}z->{"".join(kept)}')


def join(program, name, tensor):
    axis = program.axis(tensor)
    rank = tensor.dim()

    def like(vary):
        shape = list(tensor.shape)
        if vary and shape and -rank <= axis < rank:
            shape[axis] = program.whole(0, 3)
        if program.chance(0.03) and shape:
            shape[0] += 1
        if vary and program.chance(0.05):
            shape = [0]
        return program.literal(dtype_name(tensor) if program.chance(0.6) else program.dtype(), shape)

    return program.pick([
        f'torch.cat([{name}, {like(True)}], {axis})',
        f'torch.cat([{like(True)}, {name}, {like(True)}], {axis})',
        f'torch.cat([{name}, {program.tensor()}], {axis})',
        f'torch.stack([{name}, {like(False)}], {program.whole(-rank - 1, rank)})',
        f'torch.stack([{name}, {program.tensor()}])',
        f'torch.{program.pick(["hstack", "vstack", "dstack", "column_stack"])}([{name}, {like(False)}])',
        f'torch.broadcast_tensors({name}, {program.literal(dtype_name(tensor), program.like_shape(tensor.shape))})[{program.whole(0, 1)}]',
        f'torch.meshgrid({program.literal(dtype_name(tensor), [2])}, {program.literal(dtype_name(tensor), [3])}, indexing={program.pick([repr("ij"), repr("xy")])})[{program.whole(0, 1)}]',
        f'torch.block_diag({name}, {program.literal(dtype_name(tensor), [1, 2])})',
        f'F.pad({name}, {[program.whole(-1, 2) for _ in range(2 * program.whole(1, max(1, rank)))]}, value={program.scalar()})',
        f'torch.kron({name}.contiguous(), {program.literal(dtype_name(tensor), [2])})',
    ])
