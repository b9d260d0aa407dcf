// Kernels on a device in Node: time, kernels run, submissions and bytes, each the median of a few rounds.
// Usage: VK_ICD_FILENAMES=… node --conditions=@taimatsu/source bench/device.ts. Times on a software device say nothing of GPUs.
import { ownedStorage } from '@taimatsu/conformance/kernels';
import {
  functional as F,
  manualSeed,
  noGrad,
  rand,
  randint,
  setDefaultDevice,
  type Tensor,
  tidy,
  zerosLike,
} from '@taimatsu/core';
import {
  collapse,
  flatMapPlan,
  type Kernels,
  load,
  planReduce,
  reduceKernel,
  s,
  scalarKernel,
  type View,
} from '@taimatsu/core/backend';
import { init } from '../src/index.ts';

const backend = await init();
const run = backend.kernels as Kernels;

function filled(length: number): View & { readonly length: number } {
  const storage = ownedStorage(backend, 'float32', length);
  const data = Float32Array.from({ length }, (_, i) => ((i * 2654435761) % 1000) / 997);
  backend.write(storage.buffer, 0, data);
  return { storage, offset: 0, dtype: 'float32', length };
}

const finished = async (view: View): Promise<void> => {
  await backend.readAsync(view.storage.buffer, 0, 1);
};

async function measure(
  name: string,
  out: View | (() => View),
  work: () => void,
  gigaflop?: number,
): Promise<void> {
  const wait = (): Promise<void> => finished(typeof out === 'function' ? out() : out);
  // What is met again may be put together.
  for (let i = 0; i < 3; i++) {
    work();
    await wait();
  }
  const times: number[] = [];
  const before = backend.stats();
  const rounds = 5;
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    work();
    await wait();
    times.push(performance.now() - start);
  }
  const after = backend.stats();
  const median = times.sort((a, b) => a - b)[rounds >> 1]!;
  const per = (key: 'dispatches' | 'submits' | 'bytesWritten' | 'bytesRead'): number =>
    (after[key] - before[key]) / rounds;
  const speed = gigaflop === undefined ? '' : `${(gigaflop / (median / 1000)).toFixed(2)} GFLOP/s`;
  console.log(
    name.padEnd(34),
    `${median.toFixed(2)} ms`.padStart(11),
    `${per('dispatches')} kernels`.padStart(12),
    `${per('submits')} submits`.padStart(11),
    `${per('bytesWritten')} B to, ${per('bytesRead')} B from`.padStart(24),
    speed,
  );
}

console.log(backend.manifest.executor);

for (const n of [64, 256, 512, 1024]) {
  const [a, b, out] = [filled(n * n), filled(n * n), filled(n * n)];
  for (const [name, bStrides] of [
    ['a b', [n, 1]],
    ['a bᵀ', [1, n]],
  ] as const) {
    if (n === 1024 && name !== 'a b') continue;
    const plan = {
      batch: collapse([1], [[0], [0], [0]]),
      m: n,
      n,
      k: n,
      strides: [[n, 1], [n, 1], bStrides],
    };
    await measure(`matmul ${n}, ${name}`, out, () => run.matmul(plan, out, a, b, undefined), 2e-9 * n ** 3);
  }
}

const million = 2 ** 20;
const [x, y, z] = [filled(million), filled(million), filled(million)];
const add = scalarKernel(s.add(load(0, 'float32'), load(1, 'float32')), 'float32');
const exp = scalarKernel(s.exp(load(0, 'float32')), 'float32');
await measure('add, 2^20', z, () => run.map(add, flatMapPlan(million, 3), z, [x, y], []));
await measure('exp, 2^20', z, () => run.map(exp, flatMapPlan(million, 2), z, [x], []));
const total = filled(1);
const sum = reduceKernel('sum', load(0, 'float32'), 'float32');
const whole = planReduce([million], [0], [], [[1]], false);
await measure('sum, 2^20', total, () => run.reduce(sum, whole, total, [x], []));
const [p, q] = [filled(64), filled(64)];
await measure('chain of 1000 adds of 64', q, () => {
  for (let i = 0; i < 1000; i++) run.map(add, flatMapPlan(64, 3), q, [p, q], []);
});

setDefaultDevice(backend);
manualSeed(0);

/** Training steps with updates written in core operations; the loss is what is read. */
async function train(
  name: string,
  shapes: readonly number[][],
  forward: (p: Tensor[]) => Tensor,
): Promise<void> {
  for (const optimizer of ['SGD', 'Adam'] as const) {
    const parameters = shapes.map((shape) =>
      rand(...shape)
        .sub(0.5)
        .mul(0.1)
        .requiresGrad_(),
    );
    const means = parameters.map((one) => zerosLike(one));
    const squares = parameters.map((one) => zerosLike(one));
    const update = (one: Tensor, i: number): void => {
      const grad = one.grad!;
      if (optimizer === 'SGD') one.sub_(grad, { alpha: 0.1 });
      else {
        const mean = means[i]!.mul_(0.9).add_(grad, { alpha: 0.1 });
        const square = squares[i]!.mul_(0.999).addcmul_(grad, grad, { value: 0.001 });
        one.addcdiv_(mean, square.sqrt().add_(1e-8), { value: -0.001 });
      }
      one.grad = null;
    };
    let loss: Tensor | undefined;
    const step = (): Tensor => {
      const out = forward(parameters);
      out.backward();
      noGrad(() => parameters.forEach(update));
      return out.detach();
    };
    await measure(
      `${name}, ${optimizer}`,
      () => loss!,
      () => {
        loss = tidy(step);
      },
    );
  }
}

const classes = randint(0, 10, [64]);
const images = rand(64, 784);
const mlp = [[784, 128], [128], [128, 10], [10]];
await train('MLP 784-128-10, batch 64', mlp, ([w1, b1, w2, b2]) =>
  F.crossEntropy(images.matmul(w1!).add(b1!).relu().matmul(w2!).add(b2!), classes),
);
const pictures = rand(32, 1, 28, 28);
const digits = classes.narrow(0, 0, 32);
const cnn = [[32, 1, 3, 3], [32], [64, 32, 3, 3], [64], [3136, 10], [10]];
await train('CNN 32-64, batch 32', cnn, ([w1, b1, w2, b2, w3, b3]) => {
  const first = F.maxPool2d(F.conv2d(pictures, w1!, b1!, { padding: 1 }).relu(), 2);
  const second = F.maxPool2d(F.conv2d(first, w2!, b2!, { padding: 1 }).relu(), 2);
  return F.crossEntropy(second.flatten(1).matmul(w3!).add(b3!), digits);
});
