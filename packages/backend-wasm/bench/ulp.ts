// Largest error of every elementary function, in units of the last place.
//   node bench/ulp.ts [--step N] [--plain] [--only name,name] [--part I/N]
// The step is the distance between neighbouring float32 bit patterns that are tried: 1 is all 2^32 of them, which takes a
// few minutes for a function; --part does one of N parts of the range.
import { parseArgs } from 'node:util';
import { mapped, reference, ulps, unaryNames } from '../test/math/support.ts';

const { values } = parseArgs({
  options: {
    step: { type: 'string' },
    plain: { type: 'boolean' },
    only: { type: 'string' },
    part: { type: 'string', default: '0/1' },
  },
});
const step = Number(values.step ?? 509);
const room = 1 << 16;
const only = values.only?.split(',');
const [part, parts] = values.part.split('/').map(Number) as [number, number];
const [first, end] = [(2 ** 32 / parts) * part, (2 ** 32 / parts) * (part + 1)];

for (const name of unaryNames) {
  if (only !== undefined && !only.includes(name)) continue;
  const kernel = mapped(name, 'f32x4', { shared: false, relaxed: values.plain !== true }, room);
  const patterns = new Uint32Array(kernel.a.buffer, kernel.a.byteOffset, room);
  const exact = reference[name];
  let worst = 0;
  let where = 0;
  let tried = 0;
  const start = performance.now();
  for (let next = first; next < end; ) {
    let n = 0;
    for (; n < room && next < end; n++, next += step) patterns[n] = next;
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
