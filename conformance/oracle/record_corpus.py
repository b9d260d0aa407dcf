#!/usr/bin/env python3
"""Records a corpus for `taimatsu-conformance replay`: OpInfo's samples, called in real PyTorch 1.13, a file per operator.

usage: python3 record_corpus.py OUTDIR [--dtype float64] [--ops add,max] [--seed 0] [--max-numel 1000] [--timeout 60]
       python3 record_corpus.py OUT.jsonl.gz --dtype float64 --seed 2024 --max-samples 32 --max-numel 200
       python3 record_corpus.py ../corpus/errors.jsonl.gz --dtype errors
       python3 record_corpus.py --facts ../corpus

With --dtype errors the calls are those that OpInfo expects to fail.
An OUT that ends in .jsonl.gz becomes one compressed file: a line of provenance, then a line per operator. --max-samples
takes samples evenly from an operator's list; an operator whose samples are all larger than --max-numel keeps its smallest.
--facts writes names.json (OpInfo's names) and tolerances.json (where PyTorch's own tests allow an operator more than the
defaults of assert_close; the replayer takes the larger of both, as PyTorch's tests do).

A file: {"torch","op","variant","dtype","seed","aliases","gradgrad","gradcheck_wrapper","samples":[{...}], ...}
"gradgrad" says whether PyTorch's own tests check second derivatives on the CPU, "gradcheck_wrapper" through what.
A sample: {"name","seed","input","args","kwargs","output","cotangents","grad_targets","grads"} or with "error" instead of
  an output. The generator is seeded with the sample's seed right before the call. "processed_output" is the output made
  comparable by OpInfo, where it is only defined up to a sign or the like; gradients are then taken of that.
A tensor: {"$":"tensor","dtype","shape","strides","offset","requires_grad","data":[logical row-major]}
  "nan", "inf", "-inf", "-0" and integers beyond 2^53 are strings; bool is 0 or 1.
Other values: {"$":"tuple"|"size"|"slice"|"dtype"|"device"|"layout"|"memory_format"|"complex"|"bigint"|"dict"|"opaque","v"}
  and {"$":"ellipsis"|"nan"|"inf"|"-inf"}.
grads[i] is d(sum of cotangent * output) / d(grad_targets[i]), null where unused. Element i of cotangent k is
  ((7 i + 3 k) mod 11 - 5) / 4, exact in every float dtype.
"reference" of a sample with float32 in it, by place ("output[0]", "grad of input"), for tensors in which PyTorch's
  float32 is further than a tenth of the tolerance from what the same call gives in float64: that ("data"), and how many
  tolerances PyTorch's is from it, or the effect of rounding the inputs, where that is more ("off").
"""
import argparse
import datetime
import gzip
import json
import os
import random
import signal
import sys
import types
import warnings

warnings.filterwarnings('ignore')
try:
    import expecttest  # noqa: F401
except ImportError:  # not packaged everywhere; importing it is all that OpInfo does
    import unittest

    stub = types.ModuleType('expecttest')
    stub.TestCase = type('TestCase', (unittest.TestCase,), {})
    stub.ACCEPT = False
    sys.modules['expecttest'] = stub

arguments, sys.argv = sys.argv, sys.argv[:1]  # OpInfo's module reads the command line when imported
import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch.testing._internal.common_methods_invocations import op_db  # noqa: E402

from replay import encode, number  # noqa: E402

sys.argv = arguments


class TooBig(Exception):
    pass


class TimedOut(Exception):
    pass


def on_alarm(*_):
    raise TimedOut


signal.signal(signal.SIGALRM, on_alarm)


def enc_tensor(tensor, most):
    if tensor.layout != torch.strided:
        return {'$': 'opaque', 'v': f'sparse {tensor.layout}'}
    if tensor.device.type != 'cpu':
        return {'$': 'opaque', 'v': f'tensor on {tensor.device}'}
    if most and tensor.numel() > most:
        raise TooBig
    if not tensor.dtype.is_complex:
        return encode(tensor)
    parts = torch.view_as_real(tensor.detach().resolve_conj().contiguous())
    data = [number(v) for v in parts.reshape(-1).tolist()]
    return {**encode(torch.empty(0)), 'dtype': str(tensor.dtype)[6:], 'shape': list(tensor.shape),
            'strides': list(tensor.stride()), 'offset': tensor.storage_offset(),
            'requires_grad': tensor.requires_grad, 'data': data}


def enc(value, most=None):
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, torch.Tensor):
        return enc_tensor(value, most)
    if isinstance(value, torch.Size):
        return {'$': 'size', 'v': list(value)}
    if isinstance(value, int):
        return value if abs(value) <= 2**53 else {'$': 'bigint', 'v': str(value)}
    if isinstance(value, float):
        plain = number(value)
        return {'$': plain} if isinstance(plain, str) and plain != '-0' else value
    if isinstance(value, complex):
        return {'$': 'complex', 'v': [number(value.real), number(value.imag)]}
    for kind, name in ((torch.dtype, 'dtype'), (torch.device, 'device'), (torch.layout, 'layout'),
                       (torch.memory_format, 'memory_format')):
        if isinstance(value, kind):
            return {'$': name, 'v': str(value)[6:] if name == 'dtype' else str(value)}
    if isinstance(value, slice):
        return {'$': 'slice', 'v': [enc(value.start), enc(value.stop), enc(value.step)]}
    if value is Ellipsis:
        return {'$': 'ellipsis'}
    if isinstance(value, list):
        return [enc(item, most) for item in value]
    if isinstance(value, tuple):
        record = {'$': 'tuple', 'v': [enc(item, most) for item in value]}
        if hasattr(value, '_fields'):
            record['fields'] = list(value._fields)
        elif type(value).__module__ == 'torch.return_types':
            record['type'] = type(value).__name__
        return record
    if isinstance(value, dict):
        return {'$': 'dict', 'v': {str(key): enc(item, most) for key, item in value.items()}}
    return {'$': 'opaque', 'v': repr(value)}


def tensors_in(value, path):
    """Every tensor in a value, with its path."""
    if isinstance(value, torch.Tensor):
        yield path, value
    elif isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            yield from tensors_in(item, f'{path}[{i}]')
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from tensors_in(item, f'{path}.{key}')


def cotangent(tensor, k):
    i = torch.arange(tensor.numel(), dtype=torch.int64)
    return (((i * 7 + 3 * k) % 11 - 5).to(torch.float64) / 4).reshape(tensor.shape).to(tensor.dtype)


def seed_all(seed):
    torch.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)


def roots_in(output):
    return [(path, tensor) for path, tensor in tensors_in(output, 'out') if tensor.requires_grad]


def gradients(roots, targets):
    """Cotangents of the roots, and what they give when they are pulled back to the targets."""
    cotangents = [cotangent(tensor, k) for k, (_, tensor) in enumerate(roots)]
    leaves = [tensor for _, tensor in targets]
    return cotangents, torch.autograd.grad([tensor for _, tensor in roots], leaves, cotangents, allow_unused=True)


def record_gradients(sample, output, targets, record, most):
    """Records the gradients, and gives everything that is compared, by place."""
    processed = sample.output_process_fn_grad(output)
    if processed is not output:
        record['processed_output'] = enc(processed, most)
    roots = roots_in(processed)
    place = 'output' if processed is output else 'processed output'
    compared = dict(tensors_in(processed, place))
    if not roots:
        return compared
    cotangents, grads = gradients(roots, targets)
    record['grad_targets'] = [path for path, _ in targets]
    record['cotangents'] = {path: enc(own, most) for (path, _), own in zip(roots, cotangents)}
    record['grads'] = [None if grad is None else enc(grad, most) for grad in grads]
    return {**compared, **{f'grad of {path}': grad for (path, _), grad in zip(targets, grads) if grad is not None}}


def widened(value, noise=None):
    """The same arguments in float64; with a generator, each element off by up to half a unit of float32's last place."""
    if isinstance(value, torch.Tensor):
        if value.dtype != torch.float32:
            return value
        wide = value.detach().double()
        if noise is not None:
            wide = wide * (1 + (torch.rand(wide.shape, generator=noise, dtype=wide.dtype) * 2 - 1) * 2**-24)
        return wide.requires_grad_(value.requires_grad)
    if value is torch.float32:
        return torch.float64
    if isinstance(value, (list, tuple)):
        items = [widened(item, noise) for item in value]
        return items if isinstance(value, list) else tuple(items)
    return {key: widened(item, noise) for key, item in value.items()} if isinstance(value, dict) else value


def targets_in(sample_input, args, kwargs):
    places = [('input', sample_input), *((f'args[{i}]', arg) for i, arg in enumerate(args)),
              *((f'kwargs.{key}', value) for key, value in kwargs.items())]
    return [found for path, value in places for found in tensors_in(value, path) if found[1].requires_grad]


def is_defined(op):
    """False where elements are memory as it was, in no order, taken by strides, or drawn after a seed of OpInfo's own."""
    seeded = 'wrapper_set_seed' in getattr(getattr(op.op, '__code__', None), 'co_names', ())
    return not seeded and op.name not in ('as_strided', 'as_strided_scatter', 'empty', 'empty_like', 'new_empty',
                                          'new_empty_strided', 'unique')


# assert_close's defaults.
TOLERANCE = {torch.float32: (1.3e-6, 1e-5), torch.float64: (1e-7, 1e-7)}


def in_float64(op, sample, has_grads, noise=None):
    """What is compared of a call, by place, when it is made in float64."""
    own = [widened(sample.input, noise), widened(sample.args, noise), widened(sample.kwargs, noise)]
    torch.set_default_dtype(torch.float64)
    try:
        output = op.op(own[0], *own[1], **own[2])
        processed = sample.output_process_fn_grad(output)
        wide = dict(tensors_in(processed, 'output' if processed is output else 'processed output'))
        if has_grads:
            targets = targets_in(*own)
            grads = gradients(roots_in(processed), targets)[1]
            wide.update({f'grad of {path}': g for (path, _), g in zip(targets, grads) if g is not None})
    finally:
        torch.set_default_dtype(torch.float32)
    return {path: tensor.detach() for path, tensor in wide.items()}


def tolerances_off(tensor, exact):
    rtol, atol = TOLERANCE[tensor.dtype]
    off = ((tensor.double() - exact).abs() / (atol + rtol * exact.abs())).nan_to_num(0, 0, 0)
    return off.max().item() if off.numel() > 0 else 0


def reference_of(op, sample, compared):
    has_grads = any(path.startswith('grad of') for path in compared)
    wide = in_float64(op, sample, has_grads)
    compared = {path: tensor.detach() for path, tensor in compared.items() if tensor.dtype in TOLERANCE and path in wide
                and wide[path].dtype == torch.float64 and wide[path].shape == tensor.shape}
    off = {path: tolerances_off(tensor, wide[path]) for path, tensor in compared.items()}
    off = {path: error for path, error in off.items() if error > 0.1}
    noise = torch.Generator().manual_seed(0)
    for _ in range(8 if off else 0):
        noisy = in_float64(op, sample, has_grads, noise)
        for path in off:
            off[path] = max(off[path], tolerances_off(noisy[path].to(compared[path].dtype), wide[path]))
    return {path: {'data': [number(float(f'{v:.11g}')) for v in wide[path].reshape(-1).tolist()],
                   'off': float(f'{error:.3g}')} for path, error in off.items()}


def own_leaf(value):
    """A view that was made while gradients were off gets none of its own in PyTorch: what it shows, as a leaf."""
    if isinstance(value, torch.Tensor) and value.requires_grad and value.is_leaf and value._is_view():
        return value.detach().clone().requires_grad_()
    return value


def record_sample(op, sample, takes_grad, seed, most):
    sample.args = tuple(own_leaf(arg) for arg in sample.args)
    sample.kwargs = {key: own_leaf(value) for key, value in sample.kwargs.items()}
    record = {
        'name': sample.name or '',
        'seed': seed,
        'input': enc(sample.input, most),
        'args': [enc(arg, most) for arg in sample.args],
        'kwargs': {key: enc(value, most) for key, value in sample.kwargs.items()},
    }
    targets = targets_in(sample.input, sample.args, sample.kwargs)
    seed_all(seed)
    state = torch.get_rng_state()
    try:
        output = op.op(sample.input, *sample.args, **sample.kwargs)
        record['output'] = enc(output, most)
    except (TooBig, TimedOut):
        raise
    except Exception as raised:  # noqa: BLE001
        record['error'] = [type(raised).__name__, str(raised)]
        return record
    is_random = not torch.equal(state, torch.get_rng_state())
    compared = dict(tensors_in(output, 'output'))
    if takes_grad and targets:
        try:
            compared = record_gradients(sample, output, targets, record, most)
        except (TooBig, TimedOut):
            raise
        except Exception as raised:  # noqa: BLE001
            record['grad_error'] = [type(raised).__name__, str(raised)]
    given = tensors_in([sample.input, sample.args, sample.kwargs], '')
    is_float32 = any(tensor.dtype == torch.float32 for tensor in [*compared.values(), *(t for _, t in given)])
    if is_float32 and not is_random and is_defined(op):
        try:
            reference = reference_of(op, sample, compared)
            if reference:
                record['reference'] = reference
        except (TooBig, TimedOut):
            raise
        except Exception:  # noqa: BLE001  not every operator takes float64 where it takes float32
            pass
    return record


def spread(items, most):
    """At most so many of a list, evenly, with the first and the last."""
    if not most or len(items) <= most:
        return list(items)
    return [items[round(i * (len(items) - 1) / (most - 1))] for i in range(most)] if most > 1 else items[:1]


def numel_of(sample):
    """The largest tensor of a sample's arguments."""
    return max((tensor.numel() for _, tensor in tensors_in([sample.input, sample.args, sample.kwargs], '')), default=0)


def decorations(op):
    """What is hung on an operator's tests: (decorator, the DecorateInfo that limits it to some tests or None)."""
    for one in op.decorators:
        for decorator in getattr(one, 'decorators', [one]):
            yield decorator, one if hasattr(one, 'decorators') else None


def checks_second_order(op, dtype):
    """True when PyTorch's own tests run gradgradcheck for the operator on the CPU."""
    if dtype != torch.float64 or not op.supports_gradgrad:
        return False
    name, cases = 'test_fn_gradgrad', ('TestGradients', 'TestBwdGradients')
    return not any(
        where is not None and any(where.is_active(case, name, 'cpu', dtype) for case in cases)
        and type(decorator).__name__ not in ('toleranceOverride', 'precisionOverride')
        for decorator, where in decorations(op))


def wrapper_of(op):
    wrapper = op.gradcheck_wrapper
    name = getattr(wrapper, '__name__', '')
    if name == '<lambda>':  # lambdas say which wrapper they pass on to, and the argument that it is for
        code = wrapper.__code__
        found = [n for n in code.co_names if n.startswith('gradcheck_wrapper')]
        if not found:
            return None
        idx = [c for c in code.co_consts if isinstance(c, int) and not isinstance(c, bool)]
        return [found[0][len('gradcheck_wrapper_'):], idx[0] if idx else 0]
    return [name[len('gradcheck_wrapper_'):], 0] if name.startswith('gradcheck_wrapper') else None


def record_op(op, dtype, seed, most, most_samples=None):
    takes_grad = (bool(op.supports_autograd) and dtype in op.supported_backward_dtypes('cpu')
                  and (dtype.is_floating_point or dtype.is_complex))
    seed_all(seed)
    samples = list(enumerate(op.sample_inputs('cpu', dtype, requires_grad=takes_grad)))
    fitting = [one for one in samples if not most or numel_of(one[1]) <= most]
    records = []
    for i, sample in spread(fitting, most_samples):
        try:
            records.append(record_sample(op, sample, takes_grad, seed + 1 + i, most))
        except TooBig:
            pass
    if not records and samples and most_samples:
        i, sample = min(samples, key=lambda one: numel_of(one[1]))
        records.append(record_sample(op, sample, takes_grad, seed + 1 + i, None))
    record = {
        'torch': torch.__version__,
        'op': op.name,
        'variant': op.variant_test_name,
        'dtype': str(dtype)[6:],
        'seed': seed,
        'aliases': [alias.name for alias in op.aliases],
        'skipped_too_big': len(samples) - len(records),
        'gradgrad': takes_grad and checks_second_order(op, dtype),
    }
    wrapper = wrapper_of(op)
    if record['gradgrad'] and wrapper is not None:
        record['gradcheck_wrapper'] = wrapper
    return {**record, 'samples': records}


def record_errors(op, seed, most):
    """OpInfo's calls that have to fail, with what they raise; `None` for an operator without any."""
    if op.error_inputs_func is None:
        return None
    seed_all(seed)
    records = []
    for i, case in enumerate(op.error_inputs('cpu')):
        try:
            records.append(record_sample(op, case.sample_input, False, seed + 1 + i, most))
        except TooBig:
            pass
    return {'torch': torch.__version__, 'op': op.name, 'variant': op.variant_test_name, 'dtype': 'errors', 'seed': seed,
            'samples': records}


def tolerance_of(op, dtype):
    """The widest tolerance that PyTorch's own tests give an operator where they compare two ways to compute it."""
    found = []
    for decorator, where in decorations(op):
        kind = type(decorator).__name__
        if kind not in ('toleranceOverride', 'precisionOverride') or dtype not in decorator.d:
            continue
        # A compiled or traced program is no second implementation; nor are gradients of other modes.
        if where is not None and where.cls_name not in (None, 'TestCommon', 'TestUnaryUfuncs', 'TestBinaryUfuncs',
                                                       'TestReductions', 'TestFFT'):
            continue
        given = decorator.d[dtype]
        atol, rtol = (given, 0) if kind == 'precisionOverride' else (given.atol, given.rtol)
        place = 'every test' if where is None else '.'.join(filter(None, (where.cls_name, where.test_name)))
        device = getattr(where, 'device_type', None)
        found.append({'atol': atol, 'rtol': rtol,
                      'source': f'{kind}: {place or "every test"}{f" on {device}" if device else ""}'})
    return max(found, key=lambda one: (one['atol'], one['rtol'])) if found else None


def write_facts(folder):
    os.makedirs(folder, exist_ok=True)
    source = f'PyTorch {torch.__version__}, torch/testing/_internal/common_methods_invocations.py'

    def write(name, content):
        with open(os.path.join(folder, name), 'w', encoding='utf-8') as file:
            json.dump({'source': source, **content}, file, indent=1)
            file.write('\n')

    variants = {}
    for op in op_db:
        variants.setdefault(op.name, []).append(op.variant_test_name)
    write('names.json', {'names': sorted(variants)})
    ops = {}
    for op in op_db:
        name = f'{op.name}@{op.variant_test_name}' if op.variant_test_name else op.name
        own = {str(dtype)[6:]: tolerance_of(op, dtype) for dtype in (torch.float32, torch.float64)}
        own = {dtype: tolerance for dtype, tolerance in own.items() if tolerance is not None}
        if own:
            ops[name] = own
    write('tolerances.json', {'ops': ops})


def provenance(options):
    command = ' '.join(['python3', 'record_corpus.py', os.path.basename(options.out), *sys.argv[2:]])
    return {'torch': torch.__version__, 'date': datetime.date.today().isoformat(), 'command': command,
            'dtype': options.dtype, 'seed': options.seed}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('out')
    parser.add_argument('--dtype', default='float64')
    parser.add_argument('--ops')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--max-numel', type=int, default=1000)
    parser.add_argument('--max-samples', type=int)
    parser.add_argument('--timeout', type=int, default=60)
    parser.add_argument('--facts', action='store_true')
    options = parser.parse_args()
    if options.facts:
        write_facts(options.out)
        return
    dtype = None if options.dtype == 'errors' else getattr(torch, options.dtype)
    wanted = None if options.ops is None else set(options.ops.split(','))
    lines = [provenance(options)] if options.out.endswith('.jsonl.gz') else None
    if lines is None:
        os.makedirs(options.out, exist_ok=True)
    for op in sorted(op_db, key=lambda one: (one.name, one.variant_test_name)):
        if (dtype is not None and dtype not in op.supported_dtypes('cpu')) or (wanted is not None and op.name not in wanted):
            continue
        variant = f'@{op.variant_test_name}' if op.variant_test_name else ''
        name = f'{op.name}{variant}.{options.dtype}.json'
        signal.alarm(options.timeout)
        try:
            recorded = (record_errors(op, options.seed, options.max_numel) if dtype is None
                        else record_op(op, dtype, options.seed, options.max_numel, options.max_samples))
            signal.alarm(0)
            if recorded is None:
                continue
            if lines is not None:
                lines.append(recorded)
                continue
            with open(os.path.join(options.out, name), 'w', encoding='utf-8') as file:
                json.dump(recorded, file, separators=(',', ':'))
        except TimedOut:
            print('timed out', name, file=sys.stderr)
        except Exception as raised:  # noqa: BLE001
            print('failed', name, type(raised).__name__, str(raised)[:200], file=sys.stderr)
        finally:
            signal.alarm(0)
    if lines is not None:
        # Without a name and a time in the header, the same recording is the same file.
        with open(options.out, 'wb') as raw, gzip.GzipFile('', 'wb', 9, raw, 0) as file:
            file.write('\n'.join(json.dumps(line, separators=(',', ':')) for line in lines).encode() + b'\n')


main()
