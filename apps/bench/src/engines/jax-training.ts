import * as jax from '@jax-js/jax';
import { fillClasses, inputSpecs } from '../inputs.ts';
import type { Makers, Task } from '../task.ts';
import { checkedSteps, learningRate, type Optimizer, type Work } from '../work.ts';
import { arraysOf, demand, wait } from './jax-arrays.ts';

const { numpy: np } = jax;
type Tensor = jax.Array;

/** The mean cross-entropy of parameters and a batch: uses its arguments up. */
type Loss = (parameters: Tensor[], x: Tensor, classes: Tensor) => Tensor;

/** What a step hands to the next: parameters, then the optimizer's state. */
type State = { readonly parameters: Tensor[]; readonly means: Tensor[]; readonly squares: Tensor[] };

const crossEntropy = (logits: Tensor, classes: Tensor): Tensor =>
  np.mean(np.sum(jax.nn.logSoftmax(logits, 1).mul(classes), 1)).mul(-1);

const linear = (x: Tensor, weight: Tensor, bias: Tensor): Tensor =>
  np.matmul(x, np.matrixTranspose(weight)).add(bias);

const pool = (x: Tensor): Tensor => jax.lax.reduceWindow(x, np.max, [2, 2], [2, 2]);

const block = (x: Tensor, weight: Tensor, bias: Tensor): Tensor =>
  pool(jax.nn.relu(jax.lax.conv(x, weight, [1, 1], 'SAME').add(np.reshape(bias, [-1, 1, 1]))));

/** Training steps; the whole step is compiled together where `isJit`. */
export function jaxTraining(isJit: boolean): Pick<Makers, 'mlp' | 'cnn'> {
  return {
    mlp: (work) =>
      training(isJit, work, ([w1, b1, w2, b2], x, classes) => {
        const hidden = jax.nn.relu(linear(x, w1!, b1!));
        return crossEntropy(linear(hidden, w2!, b2!), classes);
      }),
    cnn: (work) =>
      training(isJit, work, ([w1, b1, w2, b2, w3, b3], x, classes) => {
        const images = block(block(x, w1!, b1!), w2!, b2!);
        return crossEntropy(linear(np.reshape(images, [work.batch, -1]), w3!, b3!), classes);
      }),
  };
}

function training(isJit: boolean, work: Work & { optimizer: Optimizer }, loss: Loss): Task {
  const all = arraysOf(work);
  const x = all.at(-1)!;
  const classes = jax.nn.oneHot(np.array(fillClasses(inputSpecs(work).at(-1)!), { dtype: np.int32 }), 10);
  const parameters = all.slice(0, -1);
  const zeros = (): Tensor[] =>
    work.optimizer === 'sgd'
      ? []
      : parameters.map((p) => np.array(new Float32Array(p.size), { shape: p.shape }));
  const valueAndGrad = jax.valueAndGrad((p: Tensor[], images: Tensor, wanted: Tensor) =>
    loss(p, images, wanted),
  );
  const step = (state: State, images: Tensor, wanted: Tensor, scales: Tensor): [Tensor, State] => {
    const [value, grads] = valueAndGrad(jax.tree.ref(state.parameters), images, wanted);
    return [value, updates[work.optimizer](state, grads, scales)];
  };
  const call = isJit ? jax.jit(step) : step;
  let state: State = { parameters, means: zeros(), squares: zeros() };
  let last: Tensor | undefined;
  let steps = 0;
  const run = (): void | Promise<void> => {
    steps++;
    last?.dispose();
    // Adam's two corrections change with the step: arguments, so that nothing is compiled again.
    const scales = np.array([learningRate.adam / (1 - 0.9 ** steps), 1 / Math.sqrt(1 - 0.999 ** steps)]);
    [last, state] = call(state, x.ref, classes.ref, scales) as [Tensor, State];
    return demand([last, ...state.parameters]);
  };
  return {
    run,
    sync: () => wait(last!),
    result: async () => {
      const losses = new Float32Array(checkedSteps);
      for (let i = 0; i < checkedSteps; i++) {
        await run();
        losses[i] = (await last!.ref.data())[0]!;
      }
      return losses;
    },
  };
}

/** The rules use up the state and the gradients. */
const updates: Readonly<Record<Optimizer, (state: State, grads: Tensor[], scales: Tensor) => State>> = {
  sgd: (state, grads, scales) => {
    scales.dispose();
    return { ...state, parameters: state.parameters.map((p, i) => p.sub(grads[i]!.mul(learningRate.sgd))) };
  },
  adam: ({ parameters, means, squares }, grads, scales) => {
    const [rate, correction] = [scales.ref.slice(0), scales.slice(1)];
    const nextMeans = means.map((mean, i) => mean.mul(0.9).add(grads[i]!.ref.mul(0.1)));
    const nextSquares = squares.map((square, i) => square.mul(0.999).add(np.square(grads[i]!).mul(0.001)));
    const next = parameters.map((p, i) => {
      const width = np.sqrt(nextSquares[i]!.ref).mul(correction.ref).add(1e-8);
      return p.sub(nextMeans[i]!.ref.div(width).mul(rate.ref));
    });
    jax.tree.dispose([rate, correction]);
    return { parameters: next, means: nextMeans, squares: nextSquares };
  },
};
