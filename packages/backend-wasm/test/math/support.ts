import { i32, instantiate, Module, type Target } from '../../src/asm/index.ts';
import { f32Lanes, f32x4Lanes, f64Lanes, f64x2Lanes } from '../../src/lanes/index.ts';
import * as math from '../../src/math/index.ts';

export type LaneName = 'f32x4' | 'f64x2' | 'f32' | 'f64';
type UnaryName = Exclude<keyof typeof math, 'pow'>;
export type FunctionName = keyof typeof math;

export const unaryNames: readonly UnaryName[] = (Object.keys(math) as FunctionName[]).filter(
  (name): name is UnaryName => name !== 'pow',
);

const functions = { ...math };
const laneTable = { f32x4: f32x4Lanes, f64x2: f64x2Lanes, f32: f32Lanes, f64: f64Lanes };

/** `run(n)` maps n elements at `a` (and `b`) to `out`. */
export interface MappedFunction {
  readonly a: Float32Array | Float64Array;
  readonly b: Float32Array | Float64Array;
  readonly out: Float32Array | Float64Array;
  run(n: number): void;
}

export function mapped(name: FunctionName, lanes: LaneName, target: Target, room: number): MappedFunction {
  const size = lanes.startsWith('f32') ? 4 : 8;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((3 * size * room) / 65536) + 1 });
  const module = new Module(target);
  module.func('run', ['i32'], 'void', (f, n) => {
    const o = (laneTable[lanes] as typeof f32x4Lanes)(f);
    const at = f.local('i32');
    const end = f.let(i32.mul(n, size));
    f.walk(at, end, o.count * size, () => {
      const x = f.let(o.load(at));
      const y = name === 'pow' ? functions.pow(o, x, f.let(o.load(at, size * room))) : functions[name](o, x);
      f.do(o.store(at, y, 2 * size * room));
    });
  });
  const { run } = instantiate<{ run(n: number): void }>(module, memory);
  const View = size === 4 ? Float32Array : Float64Array;
  const part = (i: number): Float32Array | Float64Array => new View(memory.buffer, i * size * room, room);
  return { a: part(0), b: part(1), out: part(2), run };
}

function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 1; Math.abs(term) > 1e-18 * Math.abs(sum); k++) {
    term *= (-x * x) / k;
    sum += term / (2 * k + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** Lentz's continued fraction for erfc at x ≥ 2. */
function erfcFraction(x: number): number {
  let tail = 0;
  for (let k = 200; k > 0; k--) tail = k / 2 / (x + tail);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + tail);
}

export function erf(x: number): number {
  if (Math.abs(x) < 1) return x === 0 ? x : erfSeries(x);
  if (Math.abs(x) > 7) return Math.sign(x);
  return Number.isNaN(x) ? x : Math.sign(x) * (1 - erfc(Math.abs(x)));
}

export function erfc(x: number): number {
  if (x < 2) return x > 0.5 && x < 2 ? erfcMiddle(x) : 1 - erf(x);
  if (x > 30) return 0;
  return erfcFraction(x);
}

/** Integrates from 2 down, where 1 − erf would cancel. */
function erfcMiddle(x: number): number {
  const steps = 64;
  const h = (2 - x) / steps;
  let sum = 0;
  // Gauss–Legendre with three points a step.
  for (let i = 0; i < steps; i++) {
    const mid = x + (i + 0.5) * h;
    const off = (h / 2) * Math.sqrt(0.6);
    sum +=
      (h / 18) *
      (5 * Math.exp(-((mid - off) ** 2)) + 8 * Math.exp(-mid * mid) + 5 * Math.exp(-((mid + off) ** 2)));
  }
  return (2 / Math.sqrt(Math.PI)) * sum + erfcFraction(2);
}

/** Shifted further than the code under test does, so that one series is enough. */
export function lgamma(x: number): number {
  if (Math.abs(x) === Infinity) return Infinity;
  if (x === 1 || x === 2) return 0;
  if (Math.abs(x) < 2 ** -70) return -Math.log(Math.abs(x));
  if (x < 0.5) {
    const wave = Math.abs(Math.sin(Math.PI * (x - Math.round(x))));
    return Math.log(Math.PI) - Math.log(wave) - lgamma(1 - x);
  }
  let shift = 0;
  let z = x;
  for (; z < 15; z++) shift += Math.log(z);
  const w = 1 / (z * z);
  const series = (1 / 12 - w * (1 / 360 - w * (1 / 1260 - w * (1 / 1680 - w * (1 / 1188))))) / z;
  return (z - 0.5) * (Math.log(z) - 1) - 0.5 + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

export function digamma(x: number): number {
  if (x === 0) return Object.is(x, 0) ? -Infinity : Infinity;
  if (x === -Infinity || (x < 0 && Number.isInteger(x))) return Number.NaN;
  if (x < 0.5) {
    const angle = Math.PI * (x - Math.round(x));
    return digamma(1 - x) - (Math.PI * Math.cos(angle)) / Math.sin(angle);
  }
  let back = 0;
  let z = x;
  for (; z < 15; z++) back += 1 / z;
  const w = 1 / (z * z);
  const series = w * (1 / 12 - w * (1 / 120 - w * (1 / 252 - w * (1 / 240 - w * (1 / 132)))));
  return Math.log(z) - 0.5 / z - series - back;
}

export const reference: { readonly [K in UnaryName]: (x: number) => number } = {
  digamma,
  lgamma,
  erf,
  erfc,
  exp: Math.exp,
  exp2: (x) => 2 ** x,
  expm1: Math.expm1,
  acosh: Math.acosh,
  asinh: Math.asinh,
  atanh: Math.atanh,
  cosh: Math.cosh,
  sigmoid: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  sinh: Math.sinh,
  tanh: Math.tanh,
  acos: Math.acos,
  asin: Math.asin,
  atan: Math.atan,
  log: Math.log,
  log1p: Math.log1p,
  log2: Math.log2,
  log10: Math.log10,
  cos: Math.cos,
  sin: Math.sin,
  tan: Math.tan,
};

/** PyTorch's (C's) pow, where JavaScript differs. */
export function referencePow(x: number, y: number): number {
  if (x === 1 || (x === -1 && Math.abs(y) === Infinity)) return 1;
  return x ** y;
}

const bits = new DataView(new ArrayBuffer(8));

/** Distance in units of the last place of the exact result's float (with the smallest denormal as the floor). */
export function ulps(got: number, exact: number, double: boolean): number {
  const rounded = double ? exact : Math.fround(exact);
  if (Object.is(got, rounded)) return 0;
  if (Number.isNaN(got) || Number.isNaN(rounded)) return Infinity;
  // Zeros must have their sign where the exact result is zero.
  if (exact === 0) return Infinity;
  const edge = double ? Number.MAX_VALUE : 3.4028234663852886e38;
  // One step past the largest number is infinity.
  const a = Number.isFinite(got) ? got : Math.sign(got) * edge * (double ? 1 : 1 + 2 ** -23);
  const b = Number.isFinite(exact) ? exact : Math.sign(exact) * edge;
  if (a === b) return 1;
  return Math.abs(a - b) / spacing(b, double);
}

function spacing(x: number, double: boolean): number {
  bits.setFloat64(0, x);
  const exponent = ((bits.getUint16(0) >> 4) & 0x7ff) - 1023;
  return double ? 2 ** Math.max(exponent - 52, -1074) : 2 ** (Math.max(exponent, -126) - 23);
}
