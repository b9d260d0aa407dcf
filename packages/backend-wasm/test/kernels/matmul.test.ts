import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { f32x4, i32, v128 } from '../../src/asm/index.ts';
import { detectFeatures } from '../../src/features.ts';
import { type ElementName, Matmul, type MatrixView } from '../../src/kernels/matmul/index.ts';

const memory = new WebAssembly.Memory({ initial: 160 });
const [atA, atB, atC, scratch] = [0, 2 << 20, 4 << 20, 6 << 20];
const targets = [false, true]
  .filter((relaxed) => !relaxed || detectFeatures().relaxed)
  .map((relaxed) => ({ shared: false, relaxed }));

type Numbers = Float32Array | Float64Array | Int32Array | BigInt64Array;

function view(name: ElementName, at: number): Numbers {
  if (name === 'f32') return new Float32Array(memory.buffer, at);
  if (name === 'f64') return new Float64Array(memory.buffer, at);
  if (name === 'i32') return new Int32Array(memory.buffer, at);
  return new BigInt64Array(memory.buffer, at);
}

/** Small integers, so that every order of summation is exact. */
function fill(name: ElementName, at: number, count: number, seed: number): void {
  const to = view(name, at);
  for (let i = 0; i < count; i++) {
    const value = ((Math.imul(i + seed, 0x9e3779b1) >>> 24) % 11) - 5;
    to[i] = to instanceof BigInt64Array ? BigInt(value) : value;
  }
}

const layouts = ['rows', 'columns', 'spaced'] as const;
type Layout = (typeof layouts)[number];

function matrix(pointer: number, rows: number, columns: number, layout: Layout): MatrixView {
  if (layout === 'rows') return { pointer, rowStride: columns, columnStride: 1 };
  if (layout === 'columns') return { pointer, rowStride: 1, columnStride: rows };
  return { pointer, rowStride: columns * 2, columnStride: 2 };
}

const sizes = fc.oneof(fc.constantFrom(1, 2, 4, 8), fc.integer({ min: 1, max: 40 }));
const depths = fc.oneof(sizes, fc.constantFrom(255, 257, 400));
const layout = fc.constantFrom(...layouts);
const problems = fc.record({
  m: sizes,
  n: fc.oneof(sizes, fc.integer({ min: 49, max: 70 })),
  depth: depths,
  a: layout,
  b: layout,
  c: layout,
  accumulate: fc.boolean(),
  cut: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe.each(targets)('relaxed $relaxed', (target) => {
  test.each(['f32', 'f64', 'i32', 'i64'] as const)('%s products agree with the definition', (name) => {
    const matmul = new Matmul(memory, target, name);
    fc.assert(
      fc.property(problems, ({ m, n, depth, accumulate, cut, ...l }) => {
        const a = matrix(atA, m, depth, l.a);
        const b = matrix(atB, depth, n, l.b);
        const c = matrix(atC, m, n, l.c);
        fill(name, atA, m * depth * 2, 1);
        fill(name, atB, n * depth * 2, 2);
        fill(name, atC, m * n * 2, 3);
        const [as, bs, cs] = [view(name, atA), view(name, atB), view(name, atC)];
        const before = cs.slice(0, m * n * 2);
        expect(matmul.scratchBytes(m, n, depth)).toBeLessThan(4 << 20);
        const middle = Math.floor(cut * m);
        const product = { m, n, depth, a, b, c, accumulate, scratch };
        matmul.run(product, { from: 0, to: middle });
        matmul.run(product, { from: middle, to: m });
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            const at = i * c.rowStride + j * c.columnStride;
            let sum = accumulate ? Number(before[at]) : 0;
            for (let k = 0; k < depth; k++) {
              const x = as[i * a.rowStride + k * a.columnStride];
              const y = bs[k * b.rowStride + j * b.columnStride];
              sum += Number(x) * Number(y);
            }
            if (Number(cs[at]) !== sum) expect.fail(`C[${i}, ${j}] is ${cs[at]}, not ${sum}`);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('an epilogue sees every element once, at its place', () => {
    const matmul = new Matmul(memory, target, 'f32', {
      params: 1,
      // relu(x + bias[column])
      emit: ({ f, value, column, args: [bias], load }) => {
        const b = load(f.let(i32.add(bias ?? 0, i32.mul(column, 4))));
        return f32x4.max(f32x4.add(value, b), v128.zero);
      },
    });
    const bias = 8 << 20;
    for (const [m, n, depth] of [
      [3, 5, 2],
      [13, 21, 300],
      [9, 64, 7],
      [1, 37, 40],
      [37, 1, 40],
    ] as const) {
      fill('f32', atA, m * depth, 1);
      fill('f32', atB, n * depth, 2);
      fill('f32', bias, n, 4);
      const views = {
        a: matrix(atA, m, depth, 'rows'),
        b: matrix(atB, depth, n, 'rows'),
        c: matrix(atC, m, n, 'rows'),
      };
      matmul.run({ m, n, depth, ...views, scratch, args: [bias] });
      const [as, bs, cs, biases] = [atA, atB, atC, bias].map((at) => view('f32', at) as Float32Array) as [
        Float32Array,
        Float32Array,
        Float32Array,
        Float32Array,
      ];
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = biases[j] as number;
          for (let k = 0; k < depth; k++) sum += (as[i * depth + k] as number) * (bs[k * n + j] as number);
          expect(cs[i * n + j]).toBe(Math.max(sum, 0));
        }
      }
    }
  });

  test('rows dealt out differently give the same bits', () => {
    const matmul = new Matmul(memory, target, 'f32');
    const [m, n, depth] = [67, 53, 300];
    const as = view('f32', atA);
    const bs = view('f32', atB);
    for (let i = 0; i < m * depth; i++) as[i] = Math.sin(i);
    for (let i = 0; i < n * depth; i++) bs[i] = Math.cos(i * 1.7);
    const views = {
      a: matrix(atA, m, depth, 'rows'),
      b: matrix(atB, depth, n, 'rows'),
      c: matrix(atC, m, n, 'rows'),
    };
    const product = { m, n, depth, ...views, scratch };
    matmul.run(product);
    const whole = new Int32Array(memory.buffer, atC, m * n).slice();
    for (const cuts of [
      [0, 30, 67],
      [0, 1, 2, 50, 67],
    ]) {
      view('f32', atC).fill(Number.NaN as never, 0, m * n);
      cuts.slice(1).forEach((to, i) => {
        matmul.run(product, { from: cuts[i] ?? 0, to });
      });
      expect(new Int32Array(memory.buffer, atC, m * n)).toEqual(whole);
    }
  });
});
