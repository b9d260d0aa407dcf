import * as tf from '@tensorflow/tfjs-core';
import type { Engine, Makers, Task } from '../task.ts';
import type { ConvWork } from '../work.ts';
import { tensorsOf, wait } from './tfjs-tensors.ts';
import { tfjsTraining } from './tfjs-training.ts';

type Tensor = tf.Tensor;

/** TensorFlow.js on one of its backends, which the caller has registered. `left` is what it is too slow to be asked. */
export async function tfjs(backend: string, about: string, left: Partial<Makers> = {}): Promise<Engine> {
  await tf.setBackend(backend);
  await tf.ready();
  return {
    about: `${tf.version_core}, ${about}`,
    enter: async () => {
      await tf.setBackend(backend);
    },
    makers: { ...makers, ...left },
  };
}

function task(work: () => Tensor, arrange: (out: Tensor) => Tensor = (out) => out): Task {
  let last = tf.tidy(work);
  return {
    run: () => {
      last.dispose();
      last = tf.tidy(work);
    },
    sync: () => wait(last),
    result: async () => {
      const arranged = tf.tidy(() => arrange(last).clone());
      return Float32Array.from(await arranged.data());
    },
  };
}

const makers: Makers = {
  add: (work) => {
    if (work.recorded) return { declined: 'records only inside a gradient function' };
    const [a, b] = tensorsOf(work) as [Tensor, Tensor];
    return task(() => tf.add(a, b));
  },
  notebook: () => {
    const ones = tf.ones([2, 2]);
    const gradient = tf.grad((x: Tensor) => {
      const y = tf.add(x, 2);
      return tf.mean(tf.mul(tf.mul(y, y), 3));
    });
    return task(() => gradient(ones));
  },
  exp: (work) => {
    const [a] = tensorsOf(work) as [Tensor];
    return task(() => tf.exp(a));
  },
  sum: (work) => {
    const [a] = tensorsOf(work) as [Tensor];
    return task(() => tf.sum(a));
  },
  chain: (work) => {
    const [a, b] = tensorsOf(work) as [Tensor, Tensor];
    return task(() => {
      let y = a;
      for (let i = 0; i < work.length; i++) y = i % 2 === 0 ? tf.mul(y, a) : tf.add(y, b);
      return y;
    });
  },
  matmul: (work) => {
    const drop = (t: Tensor): Tensor => (work.batch === 1 ? tf.squeeze(t, [0]) : t);
    const [a, b] = tensorsOf(work).map(drop) as [Tensor, Tensor];
    return task(() => tf.matMul(a, b, work.ta, work.tb));
  },
  conv: convolution,
  softmax: (work) => {
    const [a] = tensorsOf(work) as [Tensor];
    return task(() => tf.softmax(a));
  },
  layerNorm: (work) => {
    const [x, weight, bias] = tensorsOf(work) as [Tensor, Tensor, Tensor];
    return task(() => {
      const { mean, variance } = tf.moments(x, 1, true);
      const width = tf.rsqrt(tf.add(variance, 1e-5));
      return tf.add(tf.mul(tf.mul(tf.sub(x, mean), width), weight), bias);
    });
  },
  ...tfjsTraining,
  peak: { declined: 'measured apart' },
};

/** Images last in its own layout, NHWC, as its CPU and WASM backends want them; the gradients by its own kernels. */
function convolution(work: ConvWork): Task {
  const [x, w, dy] = tensorsOf(work).map((t, i) =>
    tf.transpose(t, i === 1 ? [2, 3, 1, 0] : [0, 2, 3, 1]),
  ) as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D | undefined];
  const settings = { strides: 1, pad: 1, dataFormat: 'NHWC', dimRoundingMode: undefined };
  const kernel = (name: string, inputs: object, attrs: object): Tensor =>
    tf
      .engine()
      .runKernel(name, { ...inputs } as tf.NamedTensorMap, { ...settings, ...attrs } as never) as Tensor;
  if (work.pass === 'input') {
    const inputs = { dy, filter: w };
    return task(
      () => kernel(tf.Conv2DBackpropInput, inputs, { inputShape: x.shape }),
      (out) => tf.transpose(out, [0, 3, 1, 2]),
    );
  }
  if (work.pass === 'weight') {
    const inputs = { x, dy };
    return task(
      () => kernel(tf.Conv2DBackpropFilter, inputs, { filterShape: w.shape }),
      (out) => tf.transpose(out, [3, 2, 0, 1]),
    );
  }
  return task(
    () => tf.conv2d(x, w, 1, 1),
    (out) => tf.transpose(out, [0, 3, 1, 2]),
  );
}
