import { describe, expect, test } from 'vitest';
import { detectFeatures } from '../../src/features.ts';
import { type LaneName, mapped, reference, referencePow, ulps, unaryNames } from './support.ts';

const room = 1 << 15;
const targets = [false, true]
  .filter((relaxed) => !relaxed || detectFeatures().relaxed)
  .map((relaxed) => ({ shared: false, relaxed }));

/** The references are only good to a few double ulps, and Math.exp(-x*x) to far fewer. */
const doubleBound: Readonly<Record<string, number>> = {
  erf: 16,
  erfc: 1024,
  exp2: 4,
  sinh: 4,
  tan: 4,
  tanh: 4,
};

const specials = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2,
  -2,
  Infinity,
  -Infinity,
  NaN,
  5e-324,
  -5e-324,
  2 ** -149,
  -(2 ** -149),
  2 ** -126,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  Number.MAX_VALUE,
  88.72283,
  88.72284,
  -87.33655,
  -103.97208,
  709.782712893384,
  -745.1332191019411,
  1e10,
  -1e30,
  1e300,
  Math.PI,
  Math.PI / 2,
  1 - 2 ** -24,
  1 + 2 ** -23,
];

function fill(a: Float32Array | Float64Array): void {
  a.set(specials);
  if (a instanceof Float32Array) {
    const bits = new Uint32Array(a.buffer, a.byteOffset, a.length);
    const step = Math.floor(2 ** 32 / (a.length - specials.length));
    for (let i = specials.length; i < a.length; i++) bits[i] = (i - specials.length) * step;
    return;
  }
  // A deterministic spread over the sign, the magnitude and the neighbourhoods where formulas change.
  for (let i = specials.length; i < a.length; i++) {
    const u = (((i * 0.6180339887498949) % 1) - 0.5) * 2;
    const v = (i * 0.7548776662466927) % 1;
    a[i] = [u, u * 30, u * 10 ** (600 * v - 300), v < 0.5 ? 1 + u * 1e-3 : u * 720][i % 4] as number;
  }
}

describe.each(['f32x4', 'f32', 'f64x2', 'f64'] as const)('%s', (lanes: LaneName) => {
  const double = lanes.startsWith('f64');
  test.each(unaryNames)('%s', (name) => {
    for (const target of targets) {
      const kernel = mapped(name, lanes, target, room);
      fill(kernel.a);
      kernel.run(room);
      let worst = 0;
      let where = 0;
      for (let i = 0; i < room; i++) {
        const x = kernel.a[i] as number;
        const [got, exact] = [kernel.out[i] as number, reference[name](x)];
        // Around their zeros these are only as good as 1 is.
        const rough = double && (name === 'lgamma' || name === 'digamma');
        if (rough && Math.abs(got - exact) <= 1e-12 * (1 + Math.abs(exact))) continue;
        const error = ulps(got, exact, double);
        if (error > worst) [worst, where] = [error, x];
      }
      const bound = double ? (doubleBound[name] ?? 2.5) : 2;
      expect(worst, `${name}(${where}), relaxed ${target.relaxed}`).toBeLessThanOrEqual(bound);
    }
  });

  test('pow', () => {
    for (const target of targets) {
      const kernel = mapped('pow', lanes, target, room);
      const bases = [...specials, 0.1, -3, 7.25, 1.0001, -0.999, 1e-20];
      const powers = [...specials, 3, -3, 0.3, 17, 1 / 3, -7.5, 100.5, 1e5];
      let n = 0;
      for (const x of bases) for (const y of powers) [kernel.a[n], kernel.b[n++]] = [x, y];
      for (; n < room; n++) {
        kernel.a[n] = 10 ** (((n * 0.618) % 1) * 20 - 10);
        kernel.b[n] = ((n * 0.7548) % 1) * 8 - 4;
      }
      kernel.run(room);
      for (let i = 0; i < room; i++) {
        const [x, y] = [kernel.a[i] as number, kernel.b[i] as number];
        const error = ulps(kernel.out[i] as number, referencePow(x, y), double);
        expect(error, `pow(${x}, ${y}), relaxed ${target.relaxed}`).toBeLessThanOrEqual(2);
      }
    }
  });
});
