// One thread against two: medians of interleaved rounds, their ratio, and whether the bits are the same. An argument narrows
// what runs.
import * as t from '@taimatsu/core';
import { createWasmBackend } from '../src/index.ts';

const rand = (...shape: number[]): t.Tensor => t.randn(shape);
const conv = t.functional.conv2d;

/** Each makes its inputs and gives back what is measured. */
const cases: { readonly [name: string]: () => () => t.Tensor } = {
  'matmul 1024': () => product(rand(1024, 1024), rand(1024, 1024)),
  'matmul 512': () => product(rand(512, 512), rand(512, 512)),
  'matmul 256': () => product(rand(256, 256), rand(256, 256)),
  'matmul 64x784x128': () => product(rand(64, 784), rand(784, 128)),
  'matmul 32x2048x2048': () => product(rand(32, 2048), rand(2048, 2048)),
  'bmm 64x64x64x64': () => product(rand(64, 64, 64), rand(64, 64, 64)),
  'conv2d 8x64x56x56': () => {
    const [x, w] = [rand(8, 64, 56, 56), rand(64, 64, 3, 3)];
    return () => conv(x, w, undefined, { padding: 1 });
  },
  'conv2d, input gradient': () => convGradient(0),
  'conv2d, weight gradient': () => convGradient(1),
  'add 1e6': () => binary(1e6, (a, b) => a.add(b)),
  'exp 1e6': () => binary(1e6, (a) => a.exp()),
  'sum 1e7': () => binary(1e7, (a) => a.sum()),
  'sum of columns 4000x1000': () => binary(4e6, (a) => a.view([4000, 1000]).sum(0)),
  'softmax 1000x1000': () => binary(1e6, (a) => a.view([1000, 1000]).softmax(-1)),
  'layer_norm 4096x1024': () =>
    binary(4096 * 1024, (a) => t.functional.layerNorm(a.view([4096, 1024]), [1024])),
  'sort 1000x1000': () => binary(1e6, (a) => a.view([1000, 1000]).sort().values),
  'cumsum 1000x1000': () => binary(1e6, (a) => a.view([1000, 1000]).cumsum(1)),
  'transposed copy 1000x1000': () => binary(1e6, (a) => a.view([1000, 1000]).t().contiguous()),
  'rows by index 10000x256': () => {
    const [x, index] = [rand(10_000, 256), t.randint(0, 10_000, [10_000])];
    return () => x.indexSelect(0, index);
  },
  'scatter_add 1000x1000': () => {
    const [x, index, source] = [t.zeros([1000, 1000]), t.randint(0, 1000, [1000, 1000]), rand(1000, 1000)];
    return () => x.scatterAdd(1, index, source);
  },
};

function product(a: t.Tensor, b: t.Tensor): () => t.Tensor {
  return () => a.matmul(b);
}

function binary(size: number, of: (a: t.Tensor, b: t.Tensor) => t.Tensor): () => t.Tensor {
  const [a, b] = [rand(size), rand(size)];
  return () => of(a, b);
}

function convGradient(which: 0 | 1): () => t.Tensor {
  const inputs = [rand(8, 64, 56, 56), rand(64, 64, 3, 3)] as const;
  inputs[which].requiresGrad_();
  const y = conv(inputs[0], inputs[1], undefined, { padding: 1 });
  const gradOutputs = [rand(8, 64, 56, 56)];
  return () => t.grad(y, [inputs[which]], { gradOutputs, retainGraph: true })[0]!;
}

const backends = [1, 2].map((threads) => createWasmBackend({ threads }));
const median = (list: number[]): number => list.sort((a, b) => a - b)[list.length >> 1]!;

for (const [name, make] of Object.entries(cases)) {
  if (!name.includes(process.argv[2] ?? '')) continue;
  const contestants = backends.map((backend) => {
    t.setDefaultDevice(backend);
    t.manualSeed(0);
    const run = make();
    let out = run();
    // Until workers are up.
    for (let i = 0; i < 5; i++) out = run();
    return { backend, run, bytes: Buffer.from((out.reshape([-1]).toTypedArray() as Float32Array).buffer) };
  });
  const times: number[][] = [[], []];
  for (let round = 0; round < 15; round++) {
    contestants.forEach(({ backend, run }, i) => {
      t.setDefaultDevice(backend);
      const start = performance.now();
      t.tidy(() => void run());
      times[i]!.push(performance.now() - start);
    });
  }
  const [one, two] = times.map(median) as [number, number];
  const same = contestants[0]!.bytes.equals(contestants[1]!.bytes) ? 'same bits' : 'OTHER BITS';
  console.log(
    name.padEnd(28),
    `${one.toFixed(3)} ms`.padStart(12),
    `${two.toFixed(3)} ms`.padStart(12),
    `${(one / two).toFixed(2)}×`.padStart(8),
    ` ${same}`,
  );
}
