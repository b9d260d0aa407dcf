// Largest error of every elementary function, in units of the last place.
//   node bench/ulp.ts [--step N] [--plain] [--only name,name]
// The step is the distance between neighbouring float32 bit patterns that are tried: 1 is all 2^32 of them.
import { parseArgs } from 'node:util';
import { mapped, reference, ulps, unaryNames } from '../test/math/support.ts';

const { values } = parseArgs({
  options: { step: { type: 'string' }, plain: { type: 'boolean' }, only: { type: 'string' } },
});
const step = Number(values.step ?? 509);
const room = 1 << 16;
const only = values.only?.split(',');

for (const name of unaryNames) {
  if (only !== undefined && !only.includes(name)) continue;
  const kernel = mapped(name, 'f32x4', { shared: false, relaxed: values.plain !== true }, room);
  const patterns = new Uint32Array(kernel.a.buffer, kernel.a.byteOffset, room);
  const exact = reference[name];
  let worst = 0;
  let where = 0;
  let tried = 0;
  const start = performance.now();
  for (let next = 0; next < 2 ** 32; ) {
    let n = 0;
    for (; n < room && next < 2 ** 32; n++, next += step) patterns[n] = next;
    kernel.run((n + 3) & ~3);
    tried += n;
    for (let i = 0; i < n; i++) {
      const x = kernel.a[i] as number;
      const error = ulps(kernel.out[i] as number, exact(x), false);
      if (error > worst) {
        worst = error;
        where = x;
      }
    }
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `${name.padEnd(8)} ${worst.toFixed(3).padStart(8)} ULP at ${where}  (${tried} values, ${seconds} s)`,
  );
}
