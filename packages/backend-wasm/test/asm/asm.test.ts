import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  Code,
  type Expr,
  type FunctionBuilder,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  i64,
  i64x2,
  instantiate,
  type Local,
  Module,
  memory,
  v128,
} from '../../src/asm/index.ts';
import { detectFeatures } from '../../src/features.ts';

const target = { shared: false, relaxed: detectFeatures().relaxed };
const heap = new WebAssembly.Memory({ initial: 1 });
const madd = target.relaxed
  ? f32x4.relaxed_madd
  : (a: Expr<'v128'>, b: Expr<'v128'>, c: Expr<'v128'>): Expr<'v128'> => f32x4.add(f32x4.mul(a, b), c);

type Binary = (a: number, b: number) => number;

function evaluate(type: 'i32', build: (a: Local<'i32'>, b: Local<'i32'>) => Expr<'i32'>): Binary;
function evaluate(type: 'f64', build: (a: Local<'f64'>, b: Local<'f64'>) => Expr<'f64'>): Binary;
function evaluate(type: 'i32' | 'f64', build: (a: never, b: never) => Expr): Binary {
  const module = new Module(target);
  module.func('f', [type, type], type, (_f, a, b) => build(a as never, b as never) as Expr<typeof type>);
  return instantiate<{ f: Binary }>(module, heap).f;
}

function run(body: (f: FunctionBuilder) => void): void {
  const module = new Module(target);
  module.func('f', [], 'void', (f) => body(f));
  instantiate<{ f(): void }>(module, heap).f();
}

test('LEB128 agrees with the definition', () => {
  const decode = (bytes: Uint8Array, signed: boolean): bigint => {
    let value = 0n;
    let shift = 0n;
    for (const byte of bytes) {
      value |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
    }
    const negative = signed && ((bytes.at(-1) ?? 0) & 0x40) !== 0;
    return negative ? value - (1n << shift) : value;
  };
  fc.assert(
    fc.property(
      fc.integer(),
      fc.maxSafeNat(),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      (a, b, c) => {
        expect(decode(new Code().i32(a).view(), true)).toBe(BigInt(a));
        expect(decode(new Code().u32(b).view(), false)).toBe(BigInt(b >>> 0));
        expect(decode(new Code().i64(c).view(), true)).toBe(c);
      },
    ),
  );
});

test('integer instructions mean what their names say', () => {
  const cases: [build: (a: Local<'i32'>, b: Local<'i32'>) => Expr<'i32'>, meaning: Binary][] = [
    [i32.add, (a, b) => (a + b) | 0],
    [i32.sub, (a, b) => (a - b) | 0],
    [i32.mul, (a, b) => Math.imul(a, b)],
    [i32.and, (a, b) => a & b],
    [i32.or, (a, b) => a | b],
    [i32.xor, (a, b) => a ^ b],
    [i32.shl, (a, b) => a << b],
    [i32.shr_s, (a, b) => a >> b],
    [i32.shr_u, (a, b) => (a >>> b) | 0],
    [i32.eq, (a, b) => +(a === b)],
    [i32.ne, (a, b) => +(a !== b)],
    [i32.lt_s, (a, b) => +(a < b)],
    [i32.lt_u, (a, b) => +(a >>> 0 < b >>> 0)],
    [i32.gt_s, (a, b) => +(a > b)],
    [i32.gt_u, (a, b) => +(a >>> 0 > b >>> 0)],
    [i32.le_s, (a, b) => +(a <= b)],
    [i32.le_u, (a, b) => +(a >>> 0 <= b >>> 0)],
    [i32.ge_s, (a, b) => +(a >= b)],
    [i32.ge_u, (a, b) => +(a >>> 0 >= b >>> 0)],
    [(a) => i32.clz(a), (a) => Math.clz32(a)],
    [(a) => i32.eqz(a), (a) => +(a === 0)],
  ];
  for (const [build, meaning] of cases) {
    const f = evaluate('i32', build);
    fc.assert(fc.property(fc.integer(), fc.integer(), (a, b) => f(a, b) === meaning(a, b)));
  }
});

test('float instructions mean what their names say', () => {
  const cases: [build: (a: Local<'f64'>, b: Local<'f64'>) => Expr<'f64'>, meaning: Binary][] = [
    [f64.add, (a, b) => a + b],
    [f64.sub, (a, b) => a - b],
    [f64.mul, (a, b) => a * b],
    [f64.div, (a, b) => a / b],
    [f64.min, Math.min],
    [f64.max, Math.max],
    [(a) => f64.sqrt(a), Math.sqrt],
    [(a) => f64.floor(a), Math.floor],
    [(a) => f64.ceil(a), Math.ceil],
    [(a) => f64.trunc(a), Math.trunc],
    [(a) => f64.abs(a), Math.abs],
    [(a) => f64.neg(a), (a) => -a],
    [(a) => f64.promote_f32(f32.demote_f64(a)), Math.fround],
    [(a, b) => f64.convert_i32_s(f64.lt(a, b)), (a, b) => +(a < b)],
    [(a) => f64.reinterpret_i64(i64.reinterpret_f64(a)), (a) => a],
    [(a, b) => f64x2.extract(f64x2.mul(f64x2.splat(a), f64x2.splat(b)), 1), (a, b) => a * b],
  ];
  for (const [build, meaning] of cases) {
    const f = evaluate('f64', build);
    fc.assert(fc.property(fc.double(), fc.double(), (a, b) => Object.is(f(a, b), meaning(a, b))));
  }
});

test('control flow: switch, block, loop, if', () => {
  const module = new Module(target);
  module.func('pick', ['i32'], 'i32', (f, x) => {
    const out = f.local('i32');
    f.set(out, -1);
    f.switch(
      x,
      [0, 1, 2].map((i) => () => f.set(out, i * 10)),
    );
    return out;
  });
  module.func('collatz', ['i32'], 'i32', (f, n) => {
    const steps = f.local('i32');
    f.block((exit) => {
      f.loop((again) => {
        f.brIf(exit, i32.le_u(n, 1));
        f.if(
          i32.and(n, 1),
          () => f.set(n, i32.add(i32.mul(n, 3), 1)),
          () => f.set(n, i32.shr_u(n, 1)),
        );
        f.set(steps, i32.add(steps, 1));
        f.br(again);
      });
    });
    return steps;
  });
  const { pick, collatz } = instantiate<Record<'pick' | 'collatz', (x: number) => number>>(module, heap);
  expect([0, 1, 2, 3, 99, -1].map(pick)).toEqual([0, 10, 20, -1, -1, -1]);
  expect(collatz(27)).toBe(111);
});

test('vector lanes, shuffles, bulk memory', () => {
  const f32s = new Float32Array(heap.buffer);
  const i32s = new Int32Array(heap.buffer);
  f32s.set([1, 2, 3, 4, 5, 6, 7, 8]);
  run((f) => {
    const a = f.let(v128.load(0));
    const b = f.let(v128.load(0, 16));
    f.do(v128.store(32, v128.shuffle32(a, b, [0, 4, 3, 7])));
    f.do(v128.store(48, madd(a, b, v128.load32_splat(4))));
    f.do(v128.store(64, f32x4.pmax(a, f32x4.splat(2.5))));
    f.do(v128.store(80, i32x4.shl(i32x4.splat(3), 2)));
    f.do(v128.store(96, i64x2.add(i64x2.splat(1n), i64x2.extend_low_i32x4_s(i32x4.splat(-2)))));
    f.do(v128.store(112, v128.load32_lane(12, a, 0)));
    f.do(memory.copy(128, 0, 16), memory.fill(144, 0xff, 4));
  });
  expect([...f32s.subarray(8, 20)]).toEqual([1, 5, 4, 8, 7, 14, 23, 34, 2.5, 2.5, 3, 4]);
  expect([...i32s.subarray(20, 28)]).toEqual([12, 12, 12, 12, -1, -1, -1, -1]);
  expect([...f32s.subarray(28, 36)]).toEqual([4, 2, 3, 4, 1, 2, 3, 4]);
  expect(i32s[36]).toBe(-1);
});

test('one module serves a shared memory', () => {
  const shared = new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true });
  const module = new Module({ shared: true, relaxed: false });
  module.func('f', ['i32'], 'void', (f, x) => f.do(i32.store(0, x)));
  instantiate<{ f(x: number): void }>(module, shared).f(7);
  expect(new Int32Array(shared.buffer)[0]).toBe(7);
});
