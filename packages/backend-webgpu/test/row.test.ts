import { type Expr, load, param, planRow, type RowKernel, rowKernel, s } from '@taimatsu/core/backend';
import { expect, test } from 'vitest';
import { withSubgroupsAndWithout } from './device.ts';
import { kernel, type Laid, lay, plain, read, values } from './support.ts';

const x = load(0, 'float32');
const shifted = s.exp(s.sub(x, load(1, 'float32')));
const softmax = rowKernel(
  1,
  [
    { combine: 'max', pre: x, save: true },
    { combine: 'sum', pre: shifted, save: true },
  ],
  s.div(shifted, load(2, 'float32')),
  'float32',
);

// (x - mean) / sqrt(var + eps) * weight + shift, with the mean saved; weight lies along the row, shift once for each.
const part = (count: Expr) => (sum: Expr) => s.mul(sum, count);
const centred = s.sub(x, load(3, 'float32'));
const norm = rowKernel(
  3,
  [
    { combine: 'sum', pre: x, post: part(param(0, 'float32')), save: true },
    { combine: 'sum', pre: s.mul(centred, centred), post: part(param(0, 'float32')) },
  ],
  s.add(
    s.mul(s.div(centred, s.sqrt(s.add(load(4, 'float32'), param(1, 'float32')))), load(1, 'float32')),
    load(2, 'float32'),
  ),
  'float32',
);

withSubgroupsAndWithout('row', (backend) => {
  const run = (
    program: RowKernel,
    out: Laid,
    inputs: readonly Laid[],
    saved: readonly Laid[],
    params: number[],
  ): void => {
    const strides = (view: Laid) => view.strides;
    const plan = planRow(out.shape, [1], out.strides, inputs.map(strides), saved.map(strides));
    kernel(backend, 'row')(program, plan!, out, inputs, saved, params);
  };
  const kept = (rows: number): Laid => ({
    ...lay(backend, 'float32', [rows, 1], plain, () => 9),
    strides: [1, 0],
  });

  test.each([
    [3, 5],
    [7, 33],
    [5, 300],
    [130, 300],
    [4100, 40],
  ])('softmax of %i rows of %i', async (rows, length) => {
    const input = lay(backend, 'float32', [rows, length], plain, values('float32', rows, true));
    const out = lay(backend, 'float32', [rows, length], plain, () => 9);
    const [top, total] = [kept(rows), kept(rows)];
    run(softmax, out, [input], [top, total], []);
    const [got, tops, totals] = [
      await read(backend, out),
      await read(backend, top),
      await read(backend, total),
    ];
    for (let r = 0; r < rows; r += Math.ceil(rows / 9)) {
      const row = input.values.slice(r * length, (r + 1) * length).map(Number);
      const most = Math.max(...row);
      const sum = row.reduce((a, b) => a + Math.exp(b - most), 0);
      expect(tops[r]).toBe(most);
      expect(Math.abs(Number(totals[r]) / sum - 1)).toBeLessThan(2e-6);
      row.forEach((v, i) => {
        expect(Math.abs(Number(got[r * length + i]) - Math.exp(v - most) / sum)).toBeLessThan(1e-6);
      });
    }
  });

  test('a row that holds NaN is NaN, and no other', async () => {
    const input = lay(backend, 'float32', [3, 40], plain, values('float32', 5, true));
    backend.write(input.storage.buffer, 45, Float32Array.of(Number.NaN));
    const out = lay(backend, 'float32', [3, 40], plain, () => 9);
    run(softmax, out, [input], [kept(3), kept(3)], []);
    const got = await read(backend, out);
    expect(got.map((v, i) => Number.isNaN(v) === (i >= 40 && i < 80)).every(Boolean)).toBe(true);
  });

  test.each([9, 200])('scalars, inputs along the row and once for it, rows of %i', async (length) => {
    const rows = 6;
    const input = lay(
      backend,
      'float32',
      [rows, length],
      { ...plain, offset: 3 },
      values('float32', 1, true),
    );
    const weight = {
      ...lay(backend, 'float32', [length], plain, values('float32', 2, true)),
      strides: [0, 1],
    };
    const shift = { ...lay(backend, 'float32', [rows], plain, values('float32', 3, true)), strides: [1, 0] };
    const out = lay(backend, 'float32', [rows, length], plain, () => 9);
    const means = kept(rows);
    run(norm, out, [input, weight, shift], [means], [1 / length, 0.5]);
    const [got, found] = [await read(backend, out), await read(backend, means)];
    for (let r = 0; r < rows; r++) {
      const row = input.values.slice(r * length, (r + 1) * length).map(Number);
      const mean = row.reduce((a, b) => a + b, 0) / length;
      const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / length;
      expect(Number(found[r])).toBeCloseTo(mean, 5);
      row.forEach((v, i) => {
        const want =
          ((v - mean) / Math.sqrt(variance + 0.5)) * Number(weight.values[i]) + Number(shift.values[r]);
        expect(Number(got[r * length + i])).toBeCloseTo(want, 4);
      });
    }
  });
});
