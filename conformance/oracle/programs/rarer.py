"""Functions that programs call now and then: creation, statistics, scattering, losses and layers."""
from .program import dtype_name, is_float


def tensor_of(program, tensor, shape):
    own = dtype_name(tensor) if program.chance(0.9) else program.dtype()
    return program.literal(own, shape, special=0)


def made(program, name, tensor):
    """From nothing, or from numbers."""
    dtype = f', dtype=torch.{program.dtype()}' if program.chance(0.5) else ''
    low, high = program.whole(-3, 2), program.whole(0, 6)
    return program.pick([
        f'torch.arange({high}{dtype})',
        f'torch.arange({low}, {high}, {program.pick([1, 2, 3, 0.5])}{dtype if "bool" not in dtype else ""})',
        f'torch.linspace({low}, {high}, {program.whole(0, 5)})',
        f'torch.eye({program.whole(0, 3)}{program.pick(["", f", {program.whole(0, 3)}"])}{dtype})',
        f'torch.full({tuple(program.shape(2))}, {program.scalar()}{dtype})',
        f'torch.tril_indices({program.whole(0, 3)}, {program.whole(0, 3)}, {program.whole(-1, 1)})',
        f'torch.tensor({program.scalar()})',
        f'torch.tensor([{program.scalar(True)}, {program.scalar(False)}])',
        f'torch.tensor([{program.boolean()}, {program.scalar(True)}])',
        f'torch.zeros_like({name}).fill_({program.scalar()})',
        f'torch.diagflat({name})',
        f'torch.vander({name}.detach().flatten(), {program.whole(1, 3)})',
    ])


def statistic(program, name, tensor):
    axis = program.axis(tensor)
    rank = tensor.dim()
    keep = f', keepdim={program.boolean()}'
    return program.pick([
        f'torch.std_mean({name}, {axis})[{program.whole(0, 1)}]',
        f'torch.var_mean({name}, {axis}, unbiased=False)[{program.whole(0, 1)}]',
        f'torch.aminmax({name}, dim={axis}{keep})[{program.whole(0, 1)}]',
        f'{name}.median()',
        f'{name}.nan_to_num({program.scalar(special=False)}, {program.scalar(special=False)})',
        f'torch.quantile({name}.double(), {program.pick([0, 0.25, 0.5, 1])}, {axis}{keep})',
        f'torch.unique_consecutive({name}.flatten())',
        f'torch.unique({name}.nan_to_num(), dim={axis}).contiguous()',
        f'torch.bincount({name}.flatten())' if not is_float(tensor) else f'torch.histc({name}.nan_to_num(0, 9, 9), 3, -2, 2)',
        f'torch.cov({name})' if rank in (1, 2) else f'{name}.sum()',
        f'torch.trace({name})' if rank == 2 else f'{name}.mean()',
        f'torch.renorm({name}.detach().double(), 2, {axis}, 3)',
        f'torch.logsumexp({name}, {program.axes(tensor)}{keep})',
        f'torch.cumulative_trapezoid({name}, dim={axis})',
        f'torch.trapezoid({name}, dim={axis})',
        f'torch.cross({name}.detach(), {tensor_of(program, tensor, tensor.shape)}, dim={axis})',
        f'torch.cdist({name}, {tensor_of(program, tensor, [2, *tensor.shape[-1:]])}, p=1)',
        f'torch.dist({name}.detach(), {tensor_of(program, tensor, tensor.shape)}, 1)',
        f'torch.nansum({name}, {axis}{keep})',
        f'torch.amax({name}, ())',
        f'torch.bucketize({name}, {program.literal("float64", [3], False, 0)}.sort()[0], right={program.boolean()})',
        f'torch.count_nonzero({name}, {axis})',
        f'torch.gradient({name}, dim={axis})[0]',
    ])


def scattered(program, name, tensor):
    axis = program.axis(tensor)
    rank = tensor.dim()
    at = axis % rank if rank and -rank <= axis < rank else 0
    size = tensor.shape[at] if rank else 1
    rest = [n for d, n in enumerate(tensor.shape) if d != at]
    index = f'torch.zeros({tuple(min(n, 2) for n in tensor.shape)}, dtype=torch.int64)'
    source = tensor_of(program, tensor, tensor.shape)
    part = program.whole(0, 2)
    cut = [max(0, min(part + 1, n) - part) if d == at else n for d, n in enumerate(tensor.shape)]
    reduce = program.pick(["'sum'", "'prod'", "'mean'", "'amax'", "'amin'"])
    return program.pick([
        f'torch.select_scatter({name}, {tensor_of(program, tensor, rest)}, {axis}, {program.whole(0, max(size - 1, 0))})',
        f'torch.slice_scatter({name}, {tensor_of(program, tensor, cut)}, {axis}, {part}, {part + 1})',
        f'torch.diagonal_scatter({name}, {tensor_of(program, tensor, list(tensor.diagonal().shape) if rank > 1 else [1])})',
        f'{name}.scatter_reduce({axis}, {index}, {source}, {reduce}, include_self={program.boolean()})',
        f'{name}.scatter({axis}, {index}, {program.scalar()})',
        f'{name}.scatter({axis}, {index}, {source}, reduce={program.pick([repr("add"), repr("multiply")])})',
        f'{name}.index_reduce({axis}, torch.tensor([0]), {tensor_of(program, tensor, [1 if d == at else n for d, n in enumerate(tensor.shape)])}, {program.pick([repr("prod"), repr("mean"), repr("amax"), repr("amin")])})',
        f'{name}.movedim(({axis}, {program.axis(tensor)}), (0, -1))',
        f'{name}.clone().cumsum_({axis})',
        f'{name}.clone().index_put_((torch.tensor([0, 0]), torch.tensor([0, 0])), {tensor_of(program, tensor, [])}, accumulate=True)',
        f'{name}.clone().tril_()',
        f'torch.hsplit({name}, {program.whole(1, 2)})[0]',
        f'torch.vsplit({name}, {program.whole(1, 2)})[0]',
        f'torch.atleast_2d({name})',
        f'torch.cartesian_prod({name}, {tensor_of(program, tensor, [2])})',
        f'torch.combinations({name})',
        f'torch.nonzero({name}, as_tuple=True)[0]',
        f'torch.where({name})[0]',
        f'{name}.sum_to_size({tuple(program.pick([1, n]) for n in tensor.shape)})',
        f'torch.broadcast_to({name}, {tuple([2, *tensor.shape])})',
    ])


def reflected(program, name, tensor):
    number = program.scalar()
    return program.pick([
        f'torch.remainder({number}, {name})',
        f'torch.rsub({name}, {number})',
        f'torch.pow({number}, {name})',
        f'torch.where({name} > {number}, {number}, {program.scalar()})',
        f'torch.sub({name}, {number}, alpha={program.scalar()})',
        f'torch.fmod({name}, {number})',
        f'torch.maximum({name}, torch.tensor({number}))',
        f'torch.ldexp({name}, torch.tensor([1]))',
        f'torch.logical_xor({name}, torch.tensor({number}))',
        f'torch.bitwise_left_shift({name}, {program.whole(0, 3)})',
        f'torch.bitwise_right_shift({name}, {program.whole(0, 3)})',
        f'torch.round({name}.detach().double(), decimals={program.whole(-1, 2)})',
        f'torch.float_power({name}, {program.pick([2, 0.5])})',
        f'torch.nextafter({name}.detach(), torch.tensor({number}))',
        f'torch.xlogy({number}, {name}.detach())',
        f'torch.copysign({name}, {number})',
        f'torch.true_divide({name}, {number})',
        f'torch.special.xlog1py({name}, torch.tensor({number}))',
        f'torch.clip({name}, max={program.scalar(special=False)})',
        f'torch.isclose({name}, {name} + 0, equal_nan=True)',
    ])


def layer(program, name, tensor):
    shape = list(tensor.shape)
    last = shape[-1] if shape else 1
    reduction = f"reduction={program.pick([repr('mean'), repr('sum'), repr('none')])}"
    target = tensor_of(program, tensor, shape)
    return program.pick([
        f'F.mse_loss({name}, {target}, {reduction})',
        f'F.l1_loss({name}, {target}, {reduction})',
        f'F.smooth_l1_loss({name}, {target}, {reduction}, beta={program.pick([1, 0.5, 2])})',
        f'F.huber_loss({name}, {target}, {reduction})',
        f'F.relu6({name})', f'F.leaky_relu({name}, 0.25)', f'F.hardtanh({name}, -1, 1)', f'F.threshold({name}, 0.5, 2)',
        f'F.hardshrink({name})', f'F.softshrink({name})', f'F.hardsigmoid({name})', f'F.hardswish({name})', f'F.glu({name}, {program.axis(tensor)})',
        f'F.one_hot({name}.long().clamp(0, 3), {program.pick([4, -1])})' if not is_float(tensor) else f'F.elu({name})',
        f'F.pad({name}, {[program.whole(0, 2) for _ in range(2)]}, mode={program.pick([repr("reflect"), repr("replicate"), repr("circular")])})',
        f'F.max_pool1d({name}, {program.whole(1, 3)}, {program.whole(1, 2)})',
        f'F.avg_pool1d({name}, {program.whole(1, 3)}, {program.whole(1, 2)})',
        f'F.max_pool2d({name}, {program.whole(1, 2)})',
        f'F.conv1d({name}, {tensor_of(program, tensor, [2, shape[-2] if len(shape) > 1 else 1, program.whole(1, 2)])}, padding={program.whole(0, 1)})',
        f'F.nll_loss({name}, torch.zeros({tuple(shape[:1])}, dtype=torch.int64), {reduction})',
        f'F.normalize({name}, p=1, dim={program.axis(tensor)})',
        f'F.layer_norm({name}, [{last}])',
        f'F.embedding(torch.tensor([0, 1]), {name})',
        f'F.unfold({name}, 1)',
        f'F.interpolate({name}, scale_factor=2)',
        f'F.margin_ranking_loss({name}, {target}, {tensor_of(program, tensor, shape)}, {reduction})',
        f'F.hinge_embedding_loss({name}.double(), {target}, {reduction})',
        f'F.kl_div({name}.double(), {target}.double(), {reduction})',
        f'F.prelu({name}, {tensor_of(program, tensor, [1])})',
        f'F.pixel_shuffle({name}, 1)',
    ])
