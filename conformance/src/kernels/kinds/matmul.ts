import {
  type Backend,
  collapse,
  dtypeInfo,
  type Literal,
  load,
  param,
  referenceOp,
  s,
  scalarKernel,
} from '@taimatsu/core/backend';
import * as fc from 'fast-check';
import { type KernelArray, type Layout, lay, layouts, list, look, room, rowMajor } from '../array.ts';
import { example, type KernelCheck, kernelOf, property } from '../check.ts';
import { dtypesOf, expectClose, expectSame, values } from '../values.ts';

function launch(backend: Backend, out: KernelArray, a: KernelArray, b: KernelArray): void {
  const outer = [out, a, b].map(({ strides }) => strides.slice(0, -2));
  const batch = collapse(out.shape.slice(0, -2), outer);
  const [m, n] = out.shape.slice(-2) as [number, number];
  const strides = [out, a, b].map((x) => x.strides.slice(-2));
  kernelOf(backend, 'matmul')({ batch, m, n, k: a.shape.at(-1)!, strides }, out, a, b, undefined);
}

const size = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 7, max: 40 }));

const products = property(
  'matmul/products',
  (backend) =>
    fc.record({
      sizes: fc.tuple(size, size, size),
      batch: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
      lie: fc.tuple(layouts, layouts, layouts),
      dtype: fc.constantFrom(...dtypesOf(backend).all.filter((d) => d !== 'bool')),
      seed: fc.nat(),
    }),
  async (backend, { sizes: [m, n, k], batch, lie: [to, first, second], dtype, seed }) => {
    if (m * n === 0) return;
    const a = lay(backend, dtype, [...batch, m, k], first, values(dtype, seed));
    const b = lay(backend, dtype, [...batch, k, n], second, values(dtype, seed + 1));
    const out = room(backend, dtype, [...batch, m, n], to);
    launch(backend, out, a, b);
    const [atA, atB, atOut] = [await look(a), await look(b), await look(out)];
    const { compute } = dtypeInfo[dtype];
    const [mul, add] = [referenceOp('mul', compute), referenceOp('add', compute)];
    const outer = batch.map((n) => n - 1);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum: Literal = compute === 'int64' ? 0n : 0;
        let magnitude = 0;
        for (let l = 0; l < k; l++) {
          const product = mul(atA([...outer, i, l]), atB([...outer, l, j]), 0);
          sum = add(sum, product, 0);
          magnitude += Math.abs(Number(product));
        }
        expectClose(
          atOut([...outer, i, j]),
          sum,
          dtype,
          `[${m}×${k}]·[${k}×${n}] of ${dtype} at ${i}, ${j}`,
          magnitude,
        );
      }
    }
  },
);

const epilogue = example('matmul/epilogue', async (backend) => {
  const [m, n, k] = [5, 6, 7];
  const a = lay(backend, 'float32', [2, m, k], rowMajor, values('float32', 1));
  const b = lay(backend, 'float32', [2, k, n], rowMajor, values('float32', 2));
  const bias = lay(backend, 'float32', [n], rowMajor, values('float32', 3));
  const out = lay(backend, 'float32', [2, m, n], rowMajor, values('float32', 4));
  const plain = room(backend, 'float32', [2, m, n]);
  launch(backend, plain, a, b);
  const [product, biases, before] = [await list(plain), await list(bias), await list(out)] as number[][];
  const scaled = s.mul(param(0, 'float32'), load(1, 'float32'));
  const body = s.add(s.add(load(0, 'float32'), scaled), load(2, 'float32'));
  const batch = collapse([2], [[m * n], [m * k], [k * n], [0], [m * n]]);
  const strides = [
    [n, 1],
    [k, 1],
    [n, 1],
    [0, 1],
    [n, 1],
  ];
  const last = { kernel: scalarKernel(body, 'float32'), inputs: [bias, out], params: [2] };
  kernelOf(backend, 'matmul')({ batch, m, n, k, strides }, out, a, b, last);
  (await list(out)).forEach((value, i) => {
    const expected = product![i]! + 2 * biases![i % n]! + before![i]!;
    expectClose(value, expected, 'float32', `bias and the output itself, element ${i}`, 100);
  });
});

const transposes = example('matmul/transposes', async (backend) => {
  const turned: Layout = { ...rowMajor, order: [1, 0, 2, 3] };
  for (const [m, n, k] of [
    [33, 21, 70],
    [3, 3, 3],
    [1, 50, 300],
    [50, 1, 300],
    [5, 4, 2000],
  ] as const) {
    const results: Literal[][] = [];
    for (const layout of [rowMajor, turned, turned]) {
      const flat = lay(backend, 'float32', [m, k], rowMajor, values('float32', 3));
      const a = room(backend, 'float32', [m, k], layout);
      const identity = scalarKernel(load(0, 'float32'), 'float32');
      const copy = collapse([m, k], [a.strides, flat.strides]);
      kernelOf(backend, 'map')(identity, { flat: false, ...copy }, a, [flat], []);
      const b = lay(backend, 'float32', [k, n], rowMajor, values('float32', 4));
      const out = room(backend, 'float32', [m, n], layout);
      launch(backend, out, a, b);
      results.push(await list(out));
    }
    const [plain, other, again] = results as [Literal[], Literal[], Literal[]];
    other.forEach((value, i) => {
      expectClose(value, plain[i]!, 'float32', 'a transposed operand', 16 * k);
    });
    if (backend.manifest.deterministic) expectSame(again, other, 'the same product again');
  }
});

export const matmulChecks: readonly KernelCheck[] = [products, epilogue, transposes];
