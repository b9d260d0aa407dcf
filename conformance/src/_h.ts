import { setDefaultDevice, tensor, tidy } from '@taimatsu/core';
import { loadBackends } from '/work/main/conformance/src/backends/load.ts';

const [{ backend }] = (await loadBackends(process.argv[2] ?? 'webgpu')) as any;
setDefaultDevice(backend);
const a = tensor(new Float32Array(64).fill(0.5)),
  b = tensor(new Float32Array(64).fill(0.25));
const work = () =>
  tidy(() => {
    let y = a;
    for (let i = 0; i < 200; i++) y = i % 2 ? y.mul(a) : y.add(b);
    return y;
  });
let last: any;
let q = 0,
  w = 0;
for (let r = 0; r < 300; r++) {
  const t = performance.now();
  last = work();
  const t1 = performance.now();
  await last.select(0, 0).itemAsync();
  const t2 = performance.now();
  if (r >= 100) {
    q += t1 - t;
    w += t2 - t1;
  }
}
console.log(
  'queue us/op',
  ((q / 200 / 200) * 1e3).toFixed(2),
  'wait us/op',
  ((w / 200 / 200) * 1e3).toFixed(2),
  backend.stats?.(),
);
