import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { f32x4, i32, v128 } from '../../src/asm/index.ts';
import { detectFeatures } from '../../src/features.ts';
import {
  Conv,
  type ConvGeometry,
  type ImageView,
  outputSize,
  type Triple,
} from '../../src/kernels/conv/index.ts';

const memory = new WebAssembly.Memory({ initial: 400 });
const target = { shared: false, relaxed: detectFeatures().relaxed };
const [atX, atW, atY, scratch] = [0, 2 << 20, 4 << 20, 8 << 20];

const volume = ([d, h, w]: Triple): number => d * h * w;

/** Calls `visit` with the places in input, weight and output of every multiplication. */
function everyTerm(g: ConvGeometry, visit: (x: number, w: number, y: number) => void): void {
  const out = outputSize(g);
  const [ci, co] = [g.inChannels / g.groups, g.outChannels / g.groups];
  const place = (o: number, t: number, axis: 0 | 1 | 2): number =>
    o * g.stride[axis] + t * g.dilation[axis] - g.padding[axis];
  const inside = (i: number, axis: 0 | 1 | 2): boolean => i >= 0 && i < g.input[axis];
  const box = (size: Triple, each: (d: number, h: number, w: number) => void): void => {
    for (let d = 0; d < size[0]; d++) {
      for (let h = 0; h < size[1]; h++) for (let w = 0; w < size[2]; w++) each(d, h, w);
    }
  };
  for (let n = 0; n < g.batch; n++) {
    for (let k = 0; k < g.outChannels; k++) {
      for (let c = 0; c < ci; c++) {
        const channel = Math.floor(k / co) * ci + c;
        box(out, (od, oh, ow) => {
          const y = (((n * g.outChannels + k) * out[0] + od) * out[1] + oh) * out[2] + ow;
          box(g.kernel, (kd, kh, kw) => {
            const [d, h, w] = [place(od, kd, 0), place(oh, kh, 1), place(ow, kw, 2)];
            if (!inside(d, 0) || !inside(h, 1) || !inside(w, 2)) return;
            const x = (((n * g.inChannels + channel) * g.input[0] + d) * g.input[1] + h) * g.input[2] + w;
            const at = (((k * ci + c) * g.kernel[0] + kd) * g.kernel[1] + kh) * g.kernel[2] + kw;
            visit(x, at, y);
          });
        });
      }
    }
  }
}

const contiguous = (pointer: number, channels: number, [d, h, w]: Triple): ImageView => ({
  pointer,
  strides: [channels * d * h * w, d * h * w, h * w, w, 1],
});

/** Channels last, as a permuted view would have it. */
const channelsLast = (pointer: number, channels: number, [d, h, w]: Triple): ImageView => ({
  pointer,
  strides: [channels * d * h * w, 1, h * w * channels, w * channels, channels],
});

const small = (max: number): fc.Arbitrary<number> => fc.integer({ min: 1, max });
const triple = (dims: number, one: fc.Arbitrary<number>, missing: number): fc.Arbitrary<Triple> =>
  fc.tuple(dims < 3 ? fc.constant(missing) : one, dims < 2 ? fc.constant(missing) : one, one);

const geometries: fc.Arbitrary<ConvGeometry> = fc
  .integer({ min: 1, max: 3 })
  .chain((dims) =>
    fc.record({
      batch: small(3),
      groups: small(3),
      ci: small(5),
      co: small(9),
      input: triple(dims, small(dims === 1 ? 60 : dims === 2 ? 14 : 7), 1),
      kernel: triple(dims, small(3), 1),
      stride: triple(dims, small(3), 1),
      padding: triple(dims, fc.integer({ min: 0, max: 3 }), 0),
      dilation: triple(dims, small(2), 1),
    }),
  )
  .map(({ ci, co, ...g }) => ({ ...g, inChannels: ci * g.groups, outChannels: co * g.groups }))
  .filter((g) => outputSize(g).every((size) => size > 0));

function numbers(name: 'f32' | 'f64', at: number, count: number, seed: number): Float32Array | Float64Array {
  const to =
    name === 'f32' ? new Float32Array(memory.buffer, at, count) : new Float64Array(memory.buffer, at, count);
  for (let i = 0; i < count; i++) to[i] = ((Math.imul(i + seed, 0x9e3779b1) >>> 24) % 7) - 3;
  return to;
}

describe.each(['f32', 'f64'] as const)('%s', (name) => {
  const conv = new Conv(memory, target, name);
  const sizes = (g: ConvGeometry): [x: number, w: number, y: number] => [
    g.batch * g.inChannels * volume(g.input),
    (g.outChannels * g.inChannels * volume(g.kernel)) / g.groups,
    g.batch * g.outChannels * volume(outputSize(g)),
  ];

  test('forward and both gradients agree with the definition', () => {
    fc.assert(
      fc.property(geometries, (geometry) => {
        const [nx, nw, ny] = sizes(geometry);
        expect(conv.scratchBytes(geometry)).toBeLessThan(16 << 20);
        const call = { geometry, scratch };
        const xs = numbers(name, atX, nx, 1);
        const ws = numbers(name, atW, nw, 2);
        const ys = numbers(name, atY, ny, 3);
        const x = contiguous(atX, geometry.inChannels, geometry.input);
        const y = contiguous(atY, geometry.outChannels, outputSize(geometry));

        const dx = new Float64Array(nx);
        const dw = new Float64Array(nw);
        const expected = new Float64Array(ny);
        everyTerm(geometry, (i, j, k) => {
          dx[i] = (dx[i] ?? 0) + (ws[j] ?? 0) * (ys[k] ?? 0);
          dw[j] = (dw[j] ?? 0) + (xs[i] ?? 0) * (ys[k] ?? 0);
          expected[k] = (expected[k] ?? 0) + (xs[i] ?? 0) * (ws[j] ?? 0);
        });
        const out = 6 << 20;
        const got = (count: number): number[] =>
          Array.from(
            name === 'f32'
              ? new Float32Array(memory.buffer, out, count)
              : new Float64Array(memory.buffer, out, count),
            (v) => v + 0,
          );
        const plus0 = (list: Float64Array): number[] => Array.from(list, (v) => v + 0);
        conv.inputGradient(call, y, atW, out);
        expect(got(nx)).toEqual(plus0(dx));
        conv.weightGradient(call, x, atY, out);
        expect(got(nw)).toEqual(plus0(dw));
        conv.weightGradient({ ...call, accumulate: true }, x, atY, out);
        expect(got(nw)).toEqual(Array.from(dw, (v) => 2 * v + 0));
        conv.forward(call, x, atW, out);
        expect(got(ny)).toEqual(plus0(expected));

        // The same image, laid out with channels last.
        const view = channelsLast(atX, geometry.inChannels, geometry.input);
        const plane = volume(geometry.input);
        const copy = xs.slice();
        for (let n = 0; n < geometry.batch; n++) {
          for (let c = 0; c < geometry.inChannels; c++) {
            for (let i = 0; i < plane; i++) {
              xs[(n * plane + i) * geometry.inChannels + c] =
                copy[(n * geometry.inChannels + c) * plane + i] ?? 0;
            }
          }
        }
        conv.forward(call, view, atW, out);
        expect(got(ny)).toEqual(plus0(expected));
        conv.weightGradient(call, view, atY, out);
        expect(got(nw)).toEqual(plus0(dw));
      }),
      { numRuns: 60 },
    );
  });
});

test('a bias is added by the epilogue, whose row is the channel', () => {
  const biased = new Conv(memory, target, 'f32', {
    params: 1,
    emit: ({ value, row, args: [bias] }) => {
      const b = v128.load32_splat(i32.add(bias ?? 0, i32.mul(row, 4)));
      return f32x4.add(value, b);
    },
  });
  const geometry: ConvGeometry = {
    batch: 2,
    groups: 2,
    inChannels: 4,
    outChannels: 6,
    input: [1, 5, 9],
    kernel: [1, 3, 3],
    stride: [1, 1, 1],
    padding: [0, 1, 1],
    dilation: [1, 1, 1],
  };
  const bias = 7 << 20;
  numbers('f32', atX, 360, 1);
  numbers('f32', atW, 108, 2);
  const b = numbers('f32', bias, 6, 5);
  const x = contiguous(atX, 4, geometry.input);
  const ys = new Float32Array(memory.buffer, atY, 540);
  new Conv(memory, target, 'f32').forward({ geometry, scratch }, x, atW, atY);
  const plain = ys.slice();
  biased.forward({ geometry, scratch, args: [bias] }, x, atW, atY);
  expect([...ys]).toEqual(Array.from(plain, (v, i) => v + (b[Math.floor(i / 45) % 6] ?? 0)));
});
