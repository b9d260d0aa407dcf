import * as torch from '@taimatsu/core';
import type { Backend } from '@taimatsu/core/backend';
import { fill, inputSpecs } from '../inputs.ts';
import type { Engine, Makers, Task } from '../task.ts';
import type { ConvWork, Work } from '../work.ts';
import { type Around, values, wait } from './taimatsu-tensors.ts';
import { taimatsuTraining } from './taimatsu-training.ts';

type Tensor = torch.Tensor;

/** Settings of {@link taimatsu}. */
export interface TaimatsuOptions {
  /** Frees what a run made when it ends, for devices whose memory no collector sees. */
  readonly tidy?: boolean;
  /** Has done what was put off: at the end of a round, and after each run over many elements, so that no two of them share a kernel. */
  readonly submit?: () => void;
  readonly about?: string;
}

/** This project on one of its backends. */
export function taimatsu(backend: Backend, options: TaimatsuOptions = {}): Engine {
  const { tidy = false, submit = () => {}, about = backend.manifest.executor } = options;
  return {
    about,
    enter: () => void torch.setDefaultDevice(backend),
    makers: makers(tidy ? (work) => torch.tidy(work) : (work) => work(), submit),
  };
}

const MANY = 100_000;

function makers(around: Around, submit: () => void): Makers {
  const task = (work: () => Tensor, elements = 0): Task => {
    let last = work();
    return {
      run: () => {
        last = around(work);
        if (elements >= MANY) submit();
      },
      sync: () => {
        submit();
        return wait(last);
      },
      result: () => values(last),
    };
  };
  const tensors = (work: Work): Tensor[] =>
    inputSpecs(work).map((spec) => torch.tensor(fill(spec)).reshape([...spec.shape]));
  return {
    add: (work) => {
      const [a, b] = tensors(work) as [Tensor, Tensor];
      if (work.recorded) a.requiresGrad_();
      return task(() => a.add(b), work.elements);
    },
    notebook: () =>
      task(() => {
        const x = torch.ones(2, 2, { requiresGrad: true });
        const y = x.add(2);
        y.mul(y).mul(3).mean().backward();
        return x.grad!;
      }),
    exp: (work) => {
      const [a] = tensors(work) as [Tensor];
      return task(() => a.exp(), work.elements);
    },
    sum: (work) => {
      const [a] = tensors(work) as [Tensor];
      return task(() => a.sum());
    },
    chain: (work) => {
      const [a, b] = tensors(work) as [Tensor, Tensor];
      return task(() => {
        let y = a;
        for (let i = 0; i < work.length; i++) y = i % 2 === 0 ? y.mul(a) : y.add(b);
        return y;
      }, work.elements);
    },
    matmul: (work) => {
      const drop = (t: Tensor): Tensor => (work.batch === 1 ? t.squeeze(0) : t);
      const [a, b] = tensors(work).map(drop) as [Tensor, Tensor];
      const left = work.ta ? a.transpose(-2, -1) : a;
      const right = work.tb ? b.transpose(-2, -1) : b;
      return task(() => left.matmul(right));
    },
    conv: (work) => task(convolution(work, tensors(work))),
    softmax: (work) => {
      const [a] = tensors(work) as [Tensor];
      return task(() => a.softmax(1));
    },
    layerNorm: (work) => {
      const [x, weight, bias] = tensors(work) as [Tensor, Tensor, Tensor];
      return task(() => torch.functional.layerNorm(x, [work.columns], weight, bias));
    },
    ...taimatsuTraining(tensors, around, submit),
    peak: { declined: 'measured apart' },
  };
}

/** A gradient is asked of a graph that is kept, so that only it is computed. */
function convolution(work: ConvWork, tensors: readonly Tensor[]): () => Tensor {
  const [x, w, dy] = tensors as readonly [Tensor, Tensor, Tensor | undefined];
  const forward = (): Tensor => torch.functional.conv2d(x, w, undefined, { padding: 1 });
  if (work.pass === 'forward') return forward;
  const wanted = work.pass === 'input' ? x : w;
  wanted.requiresGrad_();
  const out = forward();
  return () => torch.grad(out, [wanted], { gradOutputs: [dy!], retainGraph: true })[0]!;
}
