import * as t from '@taimatsu/core';

/** What a training loop came to. */
export interface Report {
  /** What was held all the time is still right. */
  readonly right: boolean;
  readonly first: number;
  readonly last: number;
  /** Milliseconds a step. */
  readonly time: number;
}

/**
 * A training loop that never yields and gives nothing back, or with `tidy` around each step. Values made along the way
 * are held to the end, each with what it has to be then. `look` is called from time to time.
 */
export function train(
  steps: number,
  tidy: boolean,
  [size, width]: readonly [batch: number, inputs: number] = [256, 64],
  look: (step: number) => void = () => {},
): Report {
  t.manualSeed(0);
  const parameters = [
    t.randn([width, 128]).mul(0.1).requiresGrad_(),
    t.zeros([128], { requiresGrad: true }),
    t.randn([128, 10]).mul(0.1).requiresGrad_(),
    t.zeros([10], { requiresGrad: true }),
  ] as const;
  const batch = t.randn([size, width]);
  const labels = t.randint(0, 10, [size]);
  const step = (): t.Tensor => {
    const [w1, c1, w2, c2] = parameters;
    const hidden = t.addmm(c1, batch, w1).relu();
    const loss = t.functional.crossEntropy(t.addmm(c2, hidden, w2), labels);
    for (const parameter of parameters) parameter.grad = null;
    loss.backward();
    t.noGrad(() => {
      for (const parameter of parameters) parameter.sub_(parameter.grad!.mul(0.05));
    });
    for (const parameter of parameters) parameter.grad = null;
    return loss.detach();
  };
  const held: [tensor: t.Tensor, value: number][] = [];
  const losses: t.Tensor[] = [];
  const every = Math.ceil(steps / 50);
  const start = performance.now();
  for (let i = 0; i < steps; i++) {
    losses.push(tidy ? t.tidy(step) : step());
    if (i % every !== 0) continue;
    held.push([t.full([20_000], i), i], [t.full([3], i), i]);
    look(i);
  }
  const time = (performance.now() - start) / steps;
  return {
    right: held.every(([tensor, value]) => tensor.eq(value).all().item()),
    first: losses[0]!.item() as number,
    last: losses.at(-1)!.item() as number,
    time,
  };
}
