import type { DType, Scalar, Tensor } from '@taimatsu/core';
import { describe, expect, it } from 'vitest';
import { dtypeInfo, iinfo, isFloatingPoint } from '../../src/dtype/index.ts';
import { pythonRepr } from '../../src/print/index.ts';
import { torch } from '../setup.ts';
import { recorded } from './recorded.ts';

const special: { readonly [text: string]: Scalar } = {
  true: true,
  false: false,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  nan: Number.NaN,
};

/** What Python printed, as the value it is in a tensor of `dtype`. */
function parse(text: string, dtype: DType): Scalar {
  if (text in special) return special[text]!;
  return dtype === 'int64' ? BigInt(text) : Number(text);
}

/** A value as Python prints it. */
function show(value: Scalar, dtype: DType): string {
  return isFloatingPoint(dtype) ? pythonRepr(value as number) : String(value);
}

describe('casts', () => {
  const { values, ...casts } = recorded.casts;
  for (const [source, targets] of Object.entries(casts)) {
    const from = source as DType;
    const given = values[isFloatingPoint(from) ? 'float' : 'int'].map((text) => parse(text, from));
    it.each(Object.entries(targets))(`${source} to %s`, (target, expected) => {
      const to = target as DType;
      const got = given.map((value) => show(torch.tensor(value, { dtype: from }).to(to).item(), to));
      const differing = got.flatMap((text, i) =>
        text === expected[i] ? [] : [`${given[i]}: ${text} for ${expected[i]}`],
      );
      expect(differing).toEqual([]);
    });
    it(`${source} gives every element of a long tensor the same`, () => {
      const long = torch.tensor(given, { dtype: from });
      for (const target of Object.keys(targets) as DType[]) {
        const single = given.map((value) => torch.tensor(value, { dtype: from }).to(target).item());
        expect(long.to(target).tolist()).toEqual(single);
      }
    });
  }
});

describe('integers wrap around', () => {
  const expressions: { readonly [text: string]: (low: Tensor, high: Tensor) => Tensor } = {
    'high+1': (_, high) => high.add(1),
    'low-1': (low) => low.sub(1),
    'high*2': (_, high) => high.mul(2),
    'high*high': (_, high) => high.mul(high),
    '-low': (low) => low.neg(),
    'abs(low)': (low) => low.abs(),
    'high**2': (_, high) => high.pow(2),
    '2**100': (low) => low.fullLike(2).pow(100),
    sum: (_, high) => torch.stack([high, high, high]).sum(),
    cumsum: (_, high) => torch.stack([high, high]).cumsum(0).select(0, 1),
    prod: (_, high) => torch.stack([high, high]).prod(),
    'high//2': (_, high) => high.floorDivide(2),
    'low//3': (low) => low.floorDivide(3),
    'low%7': (low) => low.remainder(7),
    '7<<3': (low) => low.fullLike(7).bitwiseLeftShift(low.fullLike(3)),
    'high>>1': (_, high) => high.bitwiseRightShift(1),
    '~low': (low) => low.bitwiseNot(),
    'high^low': (low, high) => high.bitwiseXor(low),
    'high+300': (_, high) => high.add(300),
  };
  it.each(Object.entries(recorded.wraps))('%s', (name, rows) => {
    const dtype = name as DType;
    const { min, max } = iinfo(dtype);
    const at = (value: bigint): Tensor => torch.tensor(dtype === 'int64' ? value : Number(value), { dtype });
    expect(Object.keys(rows)).toEqual(Object.keys(expressions));
    for (const [text, expected] of Object.entries(rows)) {
      expect(String(expressions[text]!(at(min), at(max)).item()), `${name}: ${text}`).toBe(expected);
    }
  });
});

describe('int64', () => {
  const large = 2n ** 53n + 1n;

  it('is exact beyond the doubles', () => {
    const x = torch.tensor([large, -large]);
    expect(x.dtype).toBe('int64');
    expect(x.add(1).tolist()).toEqual([large + 1n, 1n - large]);
    expect(x.mul(3).sub(x).tolist()).toEqual([2n * large, -2n * large]);
    expect(x.floorDivide(2).tolist()).toEqual([large / 2n, -large / 2n - 1n]);
    expect(x.remainder(10).tolist()).toEqual([3n, 7n]);
    expect(x.sum().item()).toBe(0n);
    expect(x.cumsum(0).tolist()).toEqual([large, 0n]);
    expect(x.max().item()).toBe(large);
    expect(x.sort().values.tolist()).toEqual([-large, large]);
    expect(x.view(1, 2).matmul(x.view(2, 1)).item()).toBe(BigInt.asIntN(64, 2n * large * large));
    expect(x.eq(large - 1n).tolist()).toEqual([false, false]);
    expect(torch.full([2], large).tolist()).toEqual([large, large]);
    expect(torch.arange(large, large + 3n).tolist()).toEqual([large, large + 1n, large + 2n]);
    expect(torch.where(torch.tensor([true, false]), x, 0n).tolist()).toEqual([large, 0n]);
    expect(x.bitwiseAnd(1).tolist()).toEqual([1n, 1n]);
  });

  it('takes bigints as scalars and numbers that are whole', () => {
    const x = torch.tensor([1n, 2n]);
    expect(x.add(large).tolist()).toEqual([large + 1n, large + 2n]);
    expect(x.add(2).dtype).toBe('int64');
    expect(x.add(0.5).dtype).toBe('float32');
    expect(x.mul(2n).tolist()).toEqual([2n, 4n]);
    expect(x.clone().fill_(large).tolist()).toEqual([large, large]);
  });
});

describe('half precision', () => {
  it('rounds once per operation, to even', () => {
    const sum = (dtype: DType, a: number, b: number): Scalar =>
      torch.tensor(a, { dtype }).add(torch.tensor(b, { dtype })).item();
    expect(sum('float16', 2048, 1)).toBe(2048);
    expect(sum('float16', 2050, 1)).toBe(2052);
    expect(sum('float16', 65504, 16)).toBe(Number.POSITIVE_INFINITY);
    expect(sum('float16', 65504, 8)).toBe(65504);
    expect(sum('bfloat16', 256, 1)).toBe(256);
    expect(sum('bfloat16', 258, 1)).toBe(260);
  });

  it('sums in float32', () => {
    expect(torch.ones(3000, { dtype: 'float16' }).sum().item()).toBe(3000);
    expect(torch.ones(3000, { dtype: 'bfloat16' }).sum().item()).toBe(3008);
  });
});

describe('dtype facts', () => {
  it('names the tensor classes as PyTorch', () => {
    const names = Object.values(dtypeInfo).map(({ typeName }) => typeName.slice(6, -6));
    expect(names.join(' ')).toBe('Bool Byte Char Short Int Long Half BFloat16 Float Double');
  });
});
