import * as torch from '@taimatsu/core';
import { fillClasses, inputSpecs } from '../inputs.ts';
import type { Makers, Task } from '../task.ts';
import { checkedSteps, learningRate, type Optimizer, type Work } from '../work.ts';
import { type Around, wait } from './taimatsu-tensors.ts';

type Tensor = torch.Tensor;
const { functional: F } = torch;

/** Training steps, with the update rules written in core operations. */
export function taimatsuTraining(
  tensors: (work: Work) => Tensor[],
  around: Around,
  submit: () => void,
): Pick<Makers, 'mlp' | 'cnn'> {
  const training = (
    work: Work & { optimizer: Optimizer },
    loss: (inputs: readonly Tensor[]) => Tensor,
  ): Task => {
    const all = tensors(work);
    const classes = torch.tensor(fillClasses(inputSpecs(work).at(-1)!), { dtype: 'int64' });
    const parameters = all.slice(0, -2).map((p) => p.requiresGrad_());
    const inputs = [...all.slice(0, -1), classes];
    const update = updates[work.optimizer](parameters);
    const step = (): Tensor => {
      const out = loss(inputs);
      out.backward();
      torch.noGrad(update);
      for (const p of parameters) p.grad = null;
      return out.detach();
    };
    let last: Tensor;
    const run = (): void => {
      last = around(step);
    };
    return {
      run,
      sync: () => {
        submit();
        return wait(last);
      },
      result: async () => {
        const losses = new Float32Array(checkedSteps);
        for (let i = 0; i < checkedSteps; i++) {
          run();
          losses[i] = Number(await last.itemAsync());
        }
        return losses;
      },
    };
  };
  return {
    mlp: (work) =>
      training(work, ([w1, b1, w2, b2, x, classes]) => {
        const hidden = torch.addmm(b1!, x!, w1!.t()).relu();
        return F.crossEntropy(torch.addmm(b2!, hidden, w2!.t()), classes!);
      }),
    cnn: (work) =>
      training(work, ([w1, b1, w2, b2, w3, b3, x, classes]) => {
        const first = F.maxPool2d(F.conv2d(x!, w1!, b1!, { padding: 1 }).relu(), 2);
        const second = F.maxPool2d(F.conv2d(first, w2!, b2!, { padding: 1 }).relu(), 2);
        return F.crossEntropy(torch.addmm(b3!, second.flatten(1), w3!.t()), classes!);
      }),
  };
}

const updates: Readonly<Record<Optimizer, (parameters: readonly Tensor[]) => () => void>> = {
  sgd: (parameters) => () => {
    for (const p of parameters) p.sub_(p.grad!, { alpha: learningRate.sgd });
  },
  adam: (parameters) => {
    const means = parameters.map((p) => torch.zerosLike(p));
    const squares = parameters.map((p) => torch.zerosLike(p));
    let steps = 0;
    return () => {
      steps++;
      const correction = Math.sqrt(1 - 0.999 ** steps);
      const rate = learningRate.adam / (1 - 0.9 ** steps);
      parameters.forEach((p, i) => {
        const grad = p.grad!;
        const mean = means[i]!.mul_(0.9).add_(grad, { alpha: 0.1 });
        const square = squares[i]!.mul_(0.999).addcmul_(grad, grad, { value: 0.001 });
        p.addcdiv_(mean, square.sqrt().div_(correction).add_(1e-8), { value: -rate });
      });
    };
  },
};
