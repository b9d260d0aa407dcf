import { addcmul, arange, setDefaultDevice, type Tensor, tensor, tidy, where } from '@taimatsu/core';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { onDevice } from './device.ts';

/** What a step does with three tensors of one shape. */
const steps: Readonly<Record<string, (a: Tensor, b: Tensor, c: Tensor) => Tensor>> = {
  'a product and a sum': (a, b, c) => a.mul(b).add(c),
  'three at once': (a, b, c) => addcmul(a, b, c, { value: 0.5 }),
  'a scalar': (a) => a.mul(1.7).sub(0.3),
  'a function': (a) => a.sigmoid(),
  'a choice': (a, b, c) => where(a.gt(b), b, c),
  'another dtype': (a) => a.mul(3).to('int32').to('float32'),
  halves: (a, b) => a.to('float16').add(b.to('float16')).to('float32'),
  'no vectors': (a, b) => a.sin().nextafter(b),
  'a repeated element': (a, b) => a.add(b.view([-1]).select(0, 0)),
  'in place': (a, b) => a.clone().mul_(b).add_(1),
  'in place, part by part': (a, b) => {
    const out = a.clone();
    const flat = out.view([-1]);
    if (flat.numel() >= 8) flat.narrow(0, 0, 4).add_(flat.narrow(0, 4, 4));
    return out.mul_(b);
  },
  'from one part to another': (a) => {
    const flat = a.view([-1]);
    if (flat.numel() >= 8) flat.narrow(0, 4, 4).add_(flat.narrow(0, 0, 4).mul(0.5));
    return a.clone();
  },
  'a sum in between': (a, b) => a.sub(b.mean()),
  'its place': (a) => arange(a.numel(), { dtype: 'float32' }).view(a.shape).mul(a),
};

interface Instruction {
  readonly step: string;
  readonly operands: readonly [number, number, number];
}

const programs = fc.record({
  size: fc.constantFrom(1, 2, 3, 4, 7, 64, 130),
  temporary: fc.boolean(),
  instructions: fc.array(
    fc.record({
      step: fc.constantFrom(...Object.keys(steps)),
      operands: fc.tuple(fc.nat(), fc.nat(), fc.nat()),
    }),
    { minLength: 1, maxLength: 25 },
  ),
});

onDevice('maps over lines', (backend) => {
  const inputs = (size: number): Tensor[] =>
    [1, 2, 3].map((k) => tensor(Array.from({ length: size }, (_, i) => Math.sin(i * 1.7 + k) * 3)));

  /** The bits of all that a program makes; with `alone` each launch runs before the next. */
  const run = async (
    size: number,
    instructions: readonly Instruction[],
    temporary: boolean,
    alone: boolean,
  ): Promise<Int32Array[]> => {
    setDefaultDevice(backend);
    const made = inputs(size);
    const all = (): Tensor[] => {
      for (const { step, operands } of instructions) {
        const [a, b, c] = operands.map((n) => made[n % made.length]!);
        made.push(steps[step]!(a!, b!, c!));
        if (alone) backend.flush();
      }
      // What is not given back is not stored.
      return temporary ? made.slice(-2) : made;
    };
    const results = tidy(all);
    const bits = results.map(
      async (result) => new Int32Array((await result.toTypedArrayAsync()).slice().buffer),
    );
    return Promise.all(bits);
  };

  test('run together to the same bits as one by one', async () => {
    await fc.assert(
      fc.asyncProperty(programs, async ({ size, temporary, instructions }) => {
        const expected = await run(size, instructions, temporary, true);
        // Groups are put together when they are met again.
        for (let round = 0; round < 3; round++)
          expect(await run(size, instructions, temporary, false)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('a chain that nobody looks into is one kernel, whatever its size', async () => {
    setDefaultDevice(backend);
    const chain = async (size: number): Promise<number> => {
      const x = tensor(new Float32Array(size).fill(0.5));
      const before = backend.stats().dispatches;
      const y = tidy(() => {
        let out = x;
        for (let i = 0; i < 10; i++) out = out.mul(0.9).add(x);
        return out;
      });
      await y.select(0, 0).itemAsync();
      return backend.stats().dispatches - before;
    };
    expect(await chain(64)).toBe(20);
    expect([await chain(64), await chain(1000), await chain(3)]).toEqual([1, 1, 1]);
  });

  test('what nobody wants is not computed', async () => {
    setDefaultDevice(backend);
    const x = tensor([1, 2, 3, 4]);
    await x.sum().itemAsync();
    const before = backend.stats().dispatches;
    for (let i = 0; i < 3; i++) {
      tidy(() => void x.exp().log().mul(2));
      backend.flush();
    }
    expect(backend.stats().dispatches).toBe(before);
  });
});
