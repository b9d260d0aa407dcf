import * as torch from '@taimatsu/core';
import type { Backend } from '@taimatsu/core/backend';
import type { Contestant } from '../contestant.ts';

type Work = () => void;

/** This project on one of its backends. */
export function taimatsu(backend: Backend): Contestant {
  const works = makeWorks(backend);
  const ready = new Map<string, Work>();
  return {
    name: `taimatsu ${backend.name}`,
    about: backend.manifest.executor,
    time: async (id, times) => {
      const make = works[id];
      if (make === undefined) return undefined;
      torch.setDefaultDevice(backend);
      const work = ready.get(id) ?? make();
      ready.set(id, work);
      const start = performance.now();
      for (let i = 0; i < times; i++) work();
      return ((performance.now() - start) / times) * 1e3;
    },
    close: () => ready.clear(),
  };
}

function makeWorks(device: Backend): Readonly<Record<string, () => Work>> {
  const random = (...shape: number[]): torch.Tensor => torch.randn(shape, { device });
  const product =
    (a: torch.Tensor, b: torch.Tensor): Work =>
    () =>
      void a.mm(b);
  return {
    'add-2x2': () => {
      const [a, b] = [random(2, 2), random(2, 2)];
      return () => void a.add(b);
    },
    'add-2x2-grad': () => {
      const [a, b] = [random(2, 2).requiresGrad_(), random(2, 2)];
      return () => void a.add(b);
    },
    notebook: () => () => {
      const x = torch.ones(2, 2, { requiresGrad: true, device });
      const y = x.add(2);
      y.mul(y).mul(3).mean().backward();
    },
    'add-1e3': () => {
      const [a, b] = [random(1000), random(1000)];
      return () => void a.add(b);
    },
    'add-1e6': () => {
      const [a, b] = [random(1_000_000), random(1_000_000)];
      return () => void a.add(b);
    },
    'exp-1e6': () => {
      const a = random(1_000_000);
      return () => void a.exp();
    },
    'sum-1e7': () => {
      const a = random(10_000_000);
      return () => void a.sum();
    },
    'mm-512-nn': () => product(random(512, 512), random(512, 512)),
    'mm-512-nt': () => product(random(512, 512), random(512, 512).t()),
    'mm-512-tn': () => product(random(512, 512).t(), random(512, 512)),
    'mm-512-tt': () => product(random(512, 512).t(), random(512, 512).t()),
    'mm-skinny': () => product(random(64, 784), random(784, 10)),
    'softmax-1000': () => {
      const a = random(1000, 1000);
      return () => void a.softmax(1);
    },
    'mlp-sgd': () => mlpStep(device),
  };
}

/** One training step of a two-layer network on a fixed batch. */
function mlpStep(device: Backend): Work {
  const weight = (out: number, from: number): torch.Tensor =>
    torch
      .randn(out, from, { device })
      .mul(Math.sqrt(2 / from))
      .detach()
      .requiresGrad_();
  const bias = (out: number): torch.Tensor => torch.zeros(out, { device, requiresGrad: true });
  const parameters = [weight(128, 784), bias(128), weight(10, 128), bias(10)] as const;
  const [w1, b1, w2, b2] = parameters;
  const x = torch.randn(64, 784, { device });
  const target = torch.randint(10, [64], { device }).unsqueeze(1);
  return () => {
    const hidden = b1.addmm(x, w1.t()).relu();
    const logits = b2.addmm(hidden, w2.t());
    const loss = logits.logSoftmax(1).gather(1, target).mean().neg();
    loss.backward();
    torch.noGrad(() => {
      for (const p of parameters) {
        p.sub_(p.grad!, { alpha: 0.1 });
        p.grad = null;
      }
    });
  };
}
