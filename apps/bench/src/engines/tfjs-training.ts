import * as tf from '@tensorflow/tfjs-core';
import { fillClasses, inputSpecs } from '../inputs.ts';
import type { Makers, Task } from '../task.ts';
import { checkedSteps, learningRate, type Optimizer, type Work } from '../work.ts';
import { tensorsOf, wait } from './tfjs-tensors.ts';

type Tensor = tf.Tensor;

/** Training steps with TensorFlow.js's own optimizers; convolutions in its own layout. */
export const tfjsTraining: Pick<Makers, 'mlp' | 'cnn'> = {
  mlp: (work) => {
    const [w1, b1, w2, b2, x] = tensorsOf(work);
    return training(work, [tf.transpose(w1!), b1!, tf.transpose(w2!), b2!], ([u1, c1, u2, c2]) => {
      const hidden = tf.relu(tf.add(tf.matMul(x!, u1!), c1!));
      return tf.add(tf.matMul(hidden, u2!), c2!);
    });
  },
  cnn: (work) => {
    const [w1, b1, w2, b2, w3, b3, x] = tensorsOf(work);
    const filter = (w: Tensor | undefined): Tensor => tf.transpose(w!, [2, 3, 1, 0]);
    // The linear layer sees what the last pooling left in the order of the images: height, width, channels.
    const linear = tf.reshape(tf.transpose(tf.reshape(w3!, [10, 64, 7, 7]), [2, 3, 1, 0]), [3136, 10]);
    const images = tf.transpose(x!, [0, 2, 3, 1]) as tf.Tensor4D;
    const block = (input: tf.Tensor4D, w: Tensor, b: Tensor): tf.Tensor4D =>
      tf.maxPool(
        tf.relu(tf.add(tf.conv2d(input, w as tf.Tensor4D, 1, 'same'), b)) as tf.Tensor4D,
        2,
        2,
        'valid',
      );
    return training(work, [filter(w1), b1!, filter(w2), b2!, linear, b3!], ([u1, c1, u2, c2, u3, c3]) => {
      const second = block(block(images, u1!, c1!), u2!, c2!);
      return tf.add(tf.matMul(tf.reshape(second, [work.batch, 3136]), u3!), c3!);
    });
  },
};

const optimizers: Readonly<Record<Optimizer, () => tf.Optimizer>> = {
  sgd: () => tf.train.sgd(learningRate.sgd),
  adam: () => tf.train.adam(learningRate.adam),
};

function training(
  work: Work & { optimizer: Optimizer },
  values: readonly Tensor[],
  logits: (parameters: readonly Tensor[]) => Tensor,
): Task {
  const variables = values.map((value) => tf.variable(value));
  const classes = tf.oneHot(tf.tensor1d(fillClasses(inputSpecs(work).at(-1)!), 'int32'), 10);
  const optimizer = optimizers[work.optimizer]();
  const loss = (): tf.Scalar => tf.losses.softmaxCrossEntropy(classes, logits(variables)) as tf.Scalar;
  let last: Tensor | undefined;
  const run = (): void => {
    last?.dispose();
    last = optimizer.minimize(loss, true, variables) ?? undefined;
  };
  return {
    run,
    sync: () => wait(last!),
    result: async () => {
      const losses = new Float32Array(checkedSteps);
      for (let i = 0; i < checkedSteps; i++) {
        run();
        losses[i] = (await last!.data())[0]!;
      }
      return losses;
    },
  };
}
