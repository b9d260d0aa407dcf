import { inspect } from 'node:util';
import type { Scalar, Tensor } from '@taimatsu/core';
import { afterEach, describe, expect, it } from 'vitest';
import { track } from '../../src/extend/index.ts';
import { torch } from '../setup.ts';
import { elements, type RecordedPrint, recorded, restore } from './recorded.ts';

/** Prints of subclasses, parameters and dual tensors are other types' matter. */
const plain = ({ extras = {} }: RecordedPrint): boolean =>
  Object.keys(extras).every((key) => key === 'requiresGrad' || key === 'gradFn');

/** The recorded tensor itself; elements that are not printed are 0. */
function tensorOf(print: RecordedPrint): Tensor {
  const { shape, dtype, at, extras } = print;
  const shown = elements(print) as Scalar[];
  const count = shape.reduce((n, size) => n * size, 1);
  const zero: Scalar = dtype === 'bool' ? false : dtype === 'int64' ? 0n : 0;
  const values = at === undefined ? shown : new Array<Scalar>(count).fill(zero);
  at?.forEach((index, i) => {
    values[index] = shown[i]!;
  });
  const x = torch.tensor(values, { dtype }).view([...shape]);
  if (extras?.requiresGrad !== true) return x;
  x.requiresGrad_();
  return extras.gradFn === undefined ? x : computedBy(extras.gradFn, x);
}

/** A tensor with the same elements whose gradient function has the recorded name. */
function computedBy(name: string, x: Tensor): Tensor {
  return track({ name, grads: [{ vjp: (g) => g }] }, x.detach(), [x], undefined);
}

afterEach(() => restore({}));

function check(print: RecordedPrint): void {
  restore(print);
  const x = tensorOf(print);
  expect(String(x)).toBe(print.text);
  expect(`${x}`).toBe(print.text);
  expect(inspect(x)).toBe(print.text);
}

describe('prints tensors as PyTorch', () => {
  const named = recorded.named.filter(plain);
  it.each(named.map((print) => [print.code, print] as const))('%s', (_, print) => check(print));
});

describe('prints random tensors as PyTorch', () => {
  const random = recorded.random.filter(plain);
  it.each(random.map((print, i) => [i, print.dtype, `[${print.shape}]`, print] as const))(
    'case %i: %s %s',
    (_index, _dtype, _shape, print) => check(print),
  );
});

describe('prints without reading at once', () => {
  it.each(recorded.named.filter(plain).map((print) => [print.code, print] as const))(
    '%s',
    async (_, print) => {
      restore(print);
      expect(await tensorOf(print).toStringAsync()).toBe(print.text);
    },
  );
});

describe('a printed tensor', () => {
  it('may be a view of any layout', () => {
    const x = torch.arange(6).view(2, 3);
    expect(String(x.t())).toBe('tensor([[0, 3],\n        [1, 4],\n        [2, 5]])');
    expect(String(x.slice(1, 0, 3, 2))).toBe('tensor([[0, 2],\n        [3, 5]])');
    expect(String(torch.ones(1).expand(3))).toBe('tensor([1., 1., 1.])');
    expect(String(x.select(0, 1))).toBe('tensor([3, 4, 5])');
  });

  it('looks the same inside of other values', () => {
    const x = torch.ones(2);
    expect(inspect([x, x])).toBe('[ tensor([1., 1.]), tensor([1., 1.]) ]');
    expect(inspect({ x })).toBe('{ x: tensor([1., 1.]) }');
  });

  it('is printed by the console as it is', () => {
    const lines: string[] = [];
    const { log } = console;
    console.log = (...values: unknown[]) => lines.push(values.map((value) => inspect(value)).join(' '));
    try {
      console.log(torch.ones(2, 2, { requiresGrad: true }).add(2));
    } finally {
      console.log = log;
    }
    expect(lines).toEqual(['tensor([[3., 3.],\n        [3., 3.]], grad_fn=<AddBackward0>)']);
  });

  it('follows the printing options', () => {
    const x = torch.linspace(0, 1, 5);
    torch.setPrintOptions({ precision: 2 });
    expect(String(x)).toBe('tensor([0.00, 0.25, 0.50, 0.75, 1.00])');
    torch.setPrintOptions({ profile: 'default', threshold: 4, edgeitems: 1 });
    expect(String(x)).toBe('tensor([0.,  ..., 1.])');
    torch.setPrintOptions({ profile: 'default', sciMode: true });
    expect(String(x.select(0, 1))).toBe('tensor(2.5000e-01)');
  });

  it('leaves the graph and the version alone', () => {
    const x = torch.ones(2, { requiresGrad: true });
    const y = x.mul(2);
    String(y);
    expect([x.version, y.version, y.gradFn?.name]).toEqual([0, 0, 'MulBackward0']);
  });

  it('shows the value alone as an item', () => {
    expect(torch.tensor(0.1).itemString()).toBe('0.10000000149011612');
    expect(torch.tensor(3).itemString()).toBe('3.0');
    expect(torch.tensor(3n).itemString()).toBe('3');
    expect(torch.tensor(true).itemString()).toBe('True');
  });
});
