"""Elementwise operations: with promotion, broadcasting, and in place."""
import torch

from .program import dtype_name, is_float, is_whole

UNARY = """abs neg sign floor ceil round trunc frac sqrt square exp log reciprocal isnan isinf isfinite relu sigmoid tanh
  logical_not bitwise_not signbit positive exp2 log2 log1p expm1 rsqrt sin cos atan sgn erf isposinf isneginf
  isreal deg2rad nan_to_num""".split()
BINARY = """add sub mul div true_divide floor_divide remainder fmod pow maximum minimum atan2 eq ne lt le gt ge logical_and
  logical_or logical_xor bitwise_and bitwise_or bitwise_xor copysign hypot heaviside gcd lcm xlogy fmax fmin
  float_power""".split()
OPERATORS = ['+', '-', '*', '/', '//', '%', '**', '<', '>', '<=', '>=', '==', '!=', '&', '|', '^']


# Where float16 and bfloat16 are exact: PyTorch rounds others more than once.
EXACT = 'abs neg sign floor ceil round trunc frac relu isnan isfinite logical_not signbit positive sgn nan_to_num sqrt'.split()
INEXACT = 'atan2 hypot xlogy float_power pow'.split()


def is_half(tensor):
    return tensor.dtype in (torch.float16, torch.bfloat16)


def unary(program, name, tensor):
    return f'{name}.{program.pick(EXACT if is_half(tensor) else UNARY)}()'


def exponent(program):
    return program.pick(['0', '1', '2', '3', '0.5', '-1', '-0.5', '1.5'])


def binary(program, name, tensor):
    partner = program.partner(tensor)
    if program.chance(0.5):
        op = program.pick(OPERATORS)
        if op == '**':
            partner = exponent(program) if program.chance(0.7) else partner
        left, right = (name, partner) if program.chance(0.7) else (partner, name)
        return f'{left} {op} {right}' if op != '**' or not left.startswith('-') else f'({left}) ** {right}'
    op = program.pick([op for op in BINARY if not (op in INEXACT and is_half(tensor))])
    if op == 'pow' and program.chance(0.7):
        partner = exponent(program)
    options = ''
    if op in ('add', 'sub') and program.chance(0.4):
        options = f', alpha={program.scalar()}'
    if op == 'div' and program.chance(0.6):
        options = f", rounding_mode={program.pick([repr('floor'), repr('trunc')])}"
    is_number = partner[0] in '-0123456789f'
    if is_number and op in ('maximum', 'minimum', 'atan2', 'hypot', 'heaviside', 'gcd', 'lcm', 'fmax', 'fmin',
                            'logical_and', 'logical_or', 'logical_xor'):
        partner = program.literal(program.dtype(), [])
    return f'torch.{op}({name}, {partner}{options})'


def ternary(program, name, tensor):
    def operand():
        own = dtype_name(tensor) if program.chance(0.75) else program.dtype()
        return program.literal(own, program.like_shape(tensor.shape))

    low = program.pick([program.scalar(special=False), 'None'])
    high = program.pick([program.scalar(special=False), 'None'])
    condition = program.literal('bool' if program.chance(0.95) else program.dtype(), program.like_shape(tensor.shape))
    options = [
        f'torch.where({condition}, {name}, {operand()})',
        f'torch.where({condition}, {operand()}, {name})',
        f'torch.where({name} > 0, {program.scalar()}, {name})',
        f'{name}.clamp({low}, {high})',
        f'{name}.clamp({operand()}, {program.pick([operand(), "None"])})',
        f'{name}.clamp_min({program.scalar()})',
        f'torch.lerp({name}, {operand()}, {program.pick(["0.5", "0.25", "2", operand()])})',
        f'torch.addcmul({name}, {operand()}, {operand()}, value={program.scalar()})',
        f'torch.addcdiv({name}, {operand()}, {operand()}, value={program.scalar()})',
        f'torch.isclose({name}, {operand()})',
    ]
    return program.pick(options)


IN_PLACE_UNARY = 'abs_ neg_ sign_ floor_ round_ trunc_ sqrt_ square_ exp_ reciprocal_ relu_ sigmoid_ zero_ tanh_ log1p_'.split()
IN_PLACE_BINARY = """add_ sub_ mul_ div_ floor_divide_ remainder_ fmod_ pow_ copy_ eq_ lt_ ge_ ne_ bitwise_and_
  bitwise_or_ clamp_min_ fill_ true_divide_ copysign_""".split()


def in_place(program, name, tensor):
    if program.chance(0.25):
        return f'{name}.{program.pick(IN_PLACE_UNARY)}()'
    if program.chance(0.1):
        return f'{name}.clamp_({program.scalar(special=False)}, {program.scalar(special=False)})'
    if program.chance(0.1):
        one = program.literal(dtype_name(tensor), program.like_shape(tensor.shape))
        return f'{name}.addcmul_({one}, {one}, value={program.scalar()})'
    partner = program.partner(tensor)
    is_number = partner[0] in '-0123456789f'
    # What overlaps itself in part is refused or undefined.
    if len(partner) == 1 and partner.isalpha() and program.chance(0.6):
        partner = f'{partner}.clone()'
    if program.chance(0.3):
        return f'{name} {program.pick(["+=", "-=", "*=", "/="])} {partner}'
    op = program.pick(IN_PLACE_BINARY)
    if is_number and op in ('copy_', 'logical_and_'):
        op = 'fill_'
    return f'{name}.{op}({partner})'


def cast(program, name, tensor):
    dtype = program.dtype()
    if is_float(tensor) and dtype not in ('float64', 'float32', 'float16', 'bfloat16', 'bool'):
        # What an integer cannot hold is undefined.
        return f'{name}.nan_to_num(0, 0, 0).clamp(0, 100).to(torch.{dtype})'
    options = [f'{name}.to(torch.{dtype})', f'{name}.type_as({program.tensor(lambda t: t.dtype == tensor.dtype or not is_float(tensor))})']
    made = program.pick([
        f'torch.zeros_like({name})', f'torch.ones_like({name})', f'torch.full_like({name}, {program.scalar()})',
        f'{name}.new_zeros({tuple(program.shape(2))})', f'{name}.clone()', f'torch.ones_like({name}, dtype=torch.{dtype})',
        f'{name}.new_full({tuple(program.shape(2))}, {program.scalar()})',
    ])
    return program.pick([options[0], options[0], options[1], made])


__all__ = ['binary', 'cast', 'in_place', 'is_whole', 'ternary', 'unary']
