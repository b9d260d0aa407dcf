#!/usr/bin/env python3
"""Records a corpus for `taimatsu-conformance replay`: OpInfo's samples, called in real PyTorch 1.13, a file per operator.

usage: python3 record_corpus.py OUTDIR [--dtype float64] [--ops add,max] [--seed 0] [--max-numel 1000] [--timeout 60]
       python3 record_corpus.py OUT.jsonl.gz --dtype float64 --seed 2024 --max-samples 32 --max-numel 200
       python3 record_corpus.py --facts ../corpus

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


def record_gradients(sample, output, targets, record, most):
    processed = sample.output_process_fn_grad(output)
    if processed is not output:
        record['processed_output'] = enc(processed, most)
    roots = [(path, tensor) for path, tensor in tensors_in(processed, 'out') if tensor.requires_grad]
    if not roots:
        return
    cotangents = [cotangent(tensor, k) for k, (_, tensor) in enumerate(roots)]
    leaves = [tensor for _, tensor in targets]
    grads = torch.autograd.grad([tensor for _, tensor in roots], leaves, cotangents, allow_unused=True)
    record['grad_targets'] = [path for path, _ in targets]
    record['cotangents'] = {path: enc(own, most) for (path, _), own in zip(roots, cotangents)}
    record['grads'] = [None if grad is None else enc(grad, most) for grad in grads]


def record_sample(op, sample, takes_grad, seed, most):
    record = {
        'name': sample.name or '',
        'seed': seed,
        'input': enc(sample.input, most),
        'args': [enc(arg, most) for arg in sample.args],
        'kwargs': {key: enc(value, most) for key, value in sample.kwargs.items()},
    }
    places = [('input', sample.input), *((f'args[{i}]', arg) for i, arg in enumerate(sample.args)),
              *((f'kwargs.{key}', value) for key, value in sample.kwargs.items())]
    targets = [found for path, value in places for found in tensors_in(value, path) if found[1].requires_grad]
    seed_all(seed)
    try:
        output = op.op(sample.input, *sample.args, **sample.kwargs)
        record['output'] = enc(output, most)
    except (TooBig, TimedOut):
        raise
    except Exception as raised:  # noqa: BLE001
        record['error'] = [type(raised).__name__, str(raised)]
        return record
    if takes_grad and targets:
        try:
            record_gradients(sample, output, targets, record, most)
        except (TooBig, TimedOut):
            raise
        except Exception as raised:  # noqa: BLE001
            record['grad_error'] = [type(raised).__name__, str(raised)]
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
    dtype = getattr(torch, options.dtype)
    wanted = None if options.ops is None else set(options.ops.split(','))
    lines = [provenance(options)] if options.out.endswith('.jsonl.gz') else None
    if lines is None:
        os.makedirs(options.out, exist_ok=True)
    for op in sorted(op_db, key=lambda one: (one.name, one.variant_test_name)):
        if dtype not in op.supported_dtypes('cpu') or (wanted is not None and op.name not in wanted):
            continue
        variant = f'@{op.variant_test_name}' if op.variant_test_name else ''
        name = f'{op.name}{variant}.{options.dtype}.json'
        signal.alarm(options.timeout)
        try:
            recorded = record_op(op, dtype, options.seed, options.max_numel, options.max_samples)
            signal.alarm(0)
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
