"""Runs scenarios' cells in real PyTorch and says what they print, raise and leave behind."""
import contextlib
import datetime
import io
import json
import math
import re
import sys
import warnings

import torch

torch.set_num_threads(1)

# PyTorch up to 1.7 says this; later ones word it differently. The seed notebook's wording is the project's.
SECOND_BACKWARD = (
    'Trying to backward through the graph a second time, but the saved intermediate results have already been freed. '
    'Specify retain_graph=True when calling backward the first time.'
)


def number(value):
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value if abs(value) <= 2**53 else str(value)
    if math.isnan(value):
        return 'nan'
    if math.isinf(value):
        return 'inf' if value > 0 else '-inf'
    if value == 0 and math.copysign(1, value) < 0:
        return '-0'
    return value


def encode(tensor):
    """A tensor in the form that corpora use."""
    return {
        '$': 'tensor',
        'dtype': str(tensor.dtype)[len('torch.'):],
        'shape': list(tensor.shape),
        'strides': list(tensor.stride()),
        'offset': tensor.storage_offset(),
        'requires_grad': tensor.requires_grad,
        'data': [number(v) for v in tensor.detach().reshape(-1).tolist()],
    }


def is_plain(tensor):
    """True for what `encode` has a form for, and what is no page of numbers."""
    dense = tensor.layout == torch.strided and not tensor.dtype.is_complex and tensor.device.type == 'cpu'
    return dense and tensor.numel() <= 200


def warned(caught):
    """Texts of warnings, without the places in PyTorch's own sources that some have at their end."""
    texts = [str(one.message) for one in caught if issubclass(one.category, UserWarning)]
    texts = [re.sub(r' \(Triggered internally at [^)]*\)$', '', text) for text in texts]
    # Where a forward call was made is a path of this machine.
    return [re.sub(r'(Traceback of forward call .*\n)[\s\S]*', r'\1', text) for text in texts]


def run_cell(code, names, with_warnings=False, with_values=True):
    """What a cell prints, the exception that ends it, and the tensors it binds."""
    before = dict(names)
    printed = io.StringIO()
    error = None
    with contextlib.redirect_stdout(printed), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        try:
            exec(code, names)  # noqa: S102
        except Exception as raised:  # noqa: BLE001
            error = f'{type(raised).__name__}: {raised}'
    if error is not None and 'backward through the graph a second time' in error:
        error = f'RuntimeError: {SECOND_BACKWARD}'
    expectation = {'output': printed.getvalue().removesuffix('\n')}
    if error is not None:
        expectation['error'] = error
    if with_warnings:
        expectation['warnings'] = warned(caught)
    if not with_values:
        return expectation
    bound = {
        key: encode(value)
        for key, value in names.items()
        if isinstance(value, torch.Tensor) and before.get(key) is not value and is_plain(value)
    }
    if bound:
        expectation['values'] = bound
    return expectation


def run_scenario(cells, setup=None, with_warnings=False):
    """Expectations by cell id, for cells that share their names."""
    names = {'torch': torch, 'F': torch.nn.functional}
    torch.set_printoptions(profile='default', sci_mode=None)
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
    if setup is not None:
        exec(setup, names)  # noqa: S102
    return {cell['id']: run_cell(cell['code'], names, with_warnings) for cell in cells}


def provenance(notes):
    return {
        'source': f'PyTorch {torch.__version__}, CPU, one thread',
        'date': datetime.date.today().isoformat(),
        'command': ' '.join(['python3', *sys.argv]),
        'notes': notes,
    }


def write(path, suite):
    """One line per scenario: readable, and not a page per tensor."""
    head = {key: value for key, value in suite.items() if key != 'scenarios'}
    lines = [json.dumps(entry, ensure_ascii=False) for entry in suite['scenarios']]
    text = json.dumps(head, ensure_ascii=False, indent=2)[:-2] + ',\n  "scenarios": [\n    '
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text + ',\n    '.join(lines) + '\n  ]\n}\n')
