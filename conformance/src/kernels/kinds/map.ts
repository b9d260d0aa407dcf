import {
  cast,
  castValue,
  type DType,
  dtypeInfo,
  literal,
  load,
  param,
  planMap,
  position,
  referenceOp,
  s,
  scalarKernel,
} from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import {
  dense,
  indices,
  type KernelArray,
  lay,
  layouts,
  list,
  look,
  room,
  shapes,
  stored,
} from '../array.ts';
import { example, type KernelCheck, kernelOf, property } from '../check.ts';
import { dtypesOf, expectClose, expectSame, values } from '../values.ts';

const copies = property(
  'map/copies',
  (backend) => fc.tuple(shapes(), layouts, layouts, fc.constantFrom(...dtypesOf(backend).all), fc.nat()),
  async (backend, [shape, from, to, dtype, seed]) => {
    const input = lay(backend, dtype, shape, from, values(dtype, seed, dtypesOf(backend).whole.has(dtype)));
    const out = room(backend, dtype, shape, to);
    const plan = planMap(shape, [out.strides, input.strides]);
    kernelOf(backend, 'map')(scalarKernel(load(0, dtype), dtype), plan, out, [input], []);
    expectSame(await list(out), await list(input), `a copy of ${dtype}`);
  },
);

const arithmetic = property(
  'map/arithmetic',
  (backend) => {
    const { all } = dtypesOf(backend);
    const numbers = fc.constantFrom(...all.filter((dtype) => dtype !== 'bool'));
    return fc.tuple(
      shapes(),
      fc.tuple(layouts, layouts, layouts),
      numbers,
      fc.constantFrom(...all),
      fc.nat(),
    );
  },
  async (backend, [shape, [outLayout, aLayout, bLayout], dtype, output, seed]) => {
    const { compute } = dtypeInfo[dtype];
    const whole = dtypesOf(backend).whole;
    // What does not fit into the output's dtype is another matter.
    const awkward = whole.has(dtype) && whole.has(output) && dtypeInfo[dtype].category === 'int';
    const a = lay(backend, dtype, shape, aLayout, values(dtype, seed, awkward));
    const b = lay(backend, dtype, shape, bLayout, values(dtype, seed + 1, awkward));
    const out = room(backend, output, shape, outLayout);
    const x = load(0, dtype);
    const body = s.sub(s.mul(x, load(1, dtype)), s.add(param(0, dtype), x));
    const plan = planMap(shape, [out.strides, a.strides, b.strides]);
    const scalar = stored(output === 'uint8' ? -40 : 3, compute);
    kernelOf(backend, 'map')(scalarKernel(body, output), plan, out, [a, b], [scalar]);
    const [mul, add, sub] = (['mul', 'add', 'sub'] as const).map((op) => referenceOp(op, compute));
    const [atA, atB, atOut] = [await look(a), await look(b), await look(out)];
    for (const i of indices(shape)) {
      const product = mul!(atA(i), atB(i), 0);
      const value = sub!(product, add!(scalar, atA(i), 0), 0);
      const expected = stored(castValue(value, compute, dtypeInfo[output].compute), output);
      const from = dtypeInfo[dtype].category === 'float' ? dtype : output;
      const coarser = output === 'bfloat16' || output === 'float16' ? output : from;
      const close: DType = dtypeInfo[output].category === 'float' ? coarser : output;
      expectClose(
        atOut(i),
        expected,
        close,
        `x·y - (p + x) in ${dtype}, as ${output}`,
        Math.abs(Number(product)),
      );
    }
  },
);

const positions = property(
  'map/positions',
  () => fc.tuple(shapes(), layouts),
  async (backend, [shape, layout]) => {
    const out = room(backend, 'float32', shape, layout);
    const body = s.mul(cast(position('int32'), 'float32'), literal(2, 'float32'));
    kernelOf(backend, 'map')(scalarKernel(body, 'float32'), planMap(shape, [out.strides], true), out, [], []);
    expectSame(
      await list(out),
      indices(shape).map((_, i) => 2 * i),
      'positions in row-major order',
    );
  },
);

const sameView = example('map/same-view', async (backend) => {
  const layout = { order: [1, 0, 2, 3], steps: [1, 2, 1, 1], repeat: [], offset: 2 };
  const a = lay(backend, 'float32', [3, 4], layout, values('float32', 5));
  const before = (await list(a)) as number[];
  const twice = scalarKernel(s.add(load(0, 'float32'), load(0, 'float32')), 'float32');
  kernelOf(backend, 'map')(twice, planMap([3, 4], [a.strides, a.strides]), a, [a], []);
  expectSame(
    await list(a),
    before.map((x) => x + x),
    'in place',
  );
});

const neighbours = example('map/one-buffer', async (backend) => {
  const whole = dense(
    backend,
    'float32',
    Array.from({ length: 20 }, (_, i) => i),
  );
  const part = (offset: number): KernelArray => ({ ...whole, offset, shape: [8], strides: [1] });
  const sum = scalarKernel(s.add(load(0, 'float32'), load(1, 'float32')), 'float32');
  const plan = planMap([8], [[1], [1], [1]]);
  kernelOf(backend, 'map')(sum, plan, part(0), [part(12), part(0)], []);
  const expected = Array.from({ length: 20 }, (_, i) => (i < 8 ? i + 12 + i : i));
  expectSame(await list(whole), expected, 'another part of the same memory, and nothing behind it');
});

export const mapChecks: readonly KernelCheck[] = [copies, arithmetic, positions, sameView, neighbours];
