import * as jax from '@jax-js/jax';
import type { Engine, Makers, Task } from '../task.ts';
import type { ConvWork, Work } from '../work.ts';
import { arraysOf, demand, wait } from './jax-arrays.ts';
import { jaxTraining } from './jax-training.ts';

const { numpy: np } = jax;
type Tensor = jax.Array;

/** A function of arrays that uses its arguments up, as all of jax-js's do. */
type Fn = (...inputs: Tensor[]) => Tensor;

/** How jax-js is asked: each operation by itself, or the whole work compiled together. */
export type JaxMode = 'eager' | 'jit';

/** jax-js on one of its devices. `left` is what it is too slow to be asked. */
export async function jaxJs(
  device: 'wasm' | 'webgpu',
  mode: JaxMode,
  left: Partial<Makers> = {},
): Promise<Engine> {
  const started = await jax.init(device);
  if (!started.includes(device)) throw new Error(`jax-js has no ${device} here`);
  jax.defaultDevice(device);
  return {
    about: `0.1.25, ${mode === 'jit' ? 'jitted' : 'eager'}`,
    enter: () => void jax.defaultDevice(device),
    makers: { ...makers(mode === 'jit'), ...left },
  };
}

function makers(isJit: boolean): Makers {
  const task = (work: Work, fn: Fn): Task => {
    const inputs = arraysOf(work);
    const call = isJit ? jax.jit(fn) : fn;
    const once = (): Tensor => call(...inputs.map((input) => input.ref)) as Tensor;
    let last = once();
    return {
      run: () => {
        last.dispose();
        last = once();
        return demand([last]);
      },
      sync: () => wait(last),
      result: async () => Float32Array.from(await last.ref.data()),
    };
  };
  return {
    add: (work) =>
      work.recorded
        ? { declined: 'records only inside a gradient function' }
        : task(work, (a, b) => np.add(a!, b!)),
    notebook: (work) => {
      const gradient = jax.grad((x: Tensor) => {
        const y = x.add(2);
        return np.mean(y.ref.mul(y).mul(3));
      });
      const call = isJit ? jax.jit(gradient) : gradient;
      const ones = np.array(new Float32Array(4).fill(1), { shape: [2, 2] });
      const once = (): Tensor => call(ones.ref) as Tensor;
      let last = once();
      return {
        ...task({ ...work, op: 'notebook' }, () => ones.ref),
        run: () => {
          last.dispose();
          last = once();
          return demand([last]);
        },
        sync: () => wait(last),
        result: async () => Float32Array.from(await last.ref.data()),
      };
    },
    exp: (work) => task(work, (a) => np.exp(a!)),
    sum: (work) => task(work, (a) => np.sum(a!)),
    chain: (work) =>
      task(work, (a, b) => {
        let y = a!.ref;
        for (let i = 0; i < work.length; i++) y = i % 2 === 0 ? y.mul(a!.ref) : y.add(b!.ref);
        jax.tree.dispose([a!, b!]);
        return y;
      }),
    matmul: (work) => {
      const turn = (t: Tensor, turned: boolean): Tensor => (turned ? np.matrixTranspose(t) : t);
      const drop = (t: Tensor): Tensor => (work.batch === 1 ? np.squeeze(t, 0) : t);
      return task(work, (a, b) => np.matmul(drop(turn(a!, work.ta)), drop(turn(b!, work.tb))));
    },
    conv: (work) => task(work, convolution(work)),
    softmax: (work) => task(work, (a) => jax.nn.softmax(a!, 1)),
    layerNorm: (work) =>
      task(work, (x, weight, bias) => {
        const mean = np.mean(x!.ref, 1, { keepdims: true });
        const centred = x!.sub(mean);
        const variance = np.mean(np.square(centred.ref), 1, { keepdims: true });
        return centred
          .div(np.sqrt(variance.add(1e-5)))
          .mul(weight!)
          .add(bias!);
      }),
    ...jaxTraining(isJit),
    peak: { declined: 'measured apart' },
  };
}

function convolution(work: ConvWork): Fn {
  const padding: [number, number][] = [
    [1, 1],
    [1, 1],
  ];
  const forward = (x: Tensor, w: Tensor): Tensor => jax.lax.conv(x, w, [1, 1], padding);
  if (work.pass === 'forward') return (x, w) => forward(x!, w!);
  const isInput = work.pass === 'input';
  return (x, w, dy) => {
    const [wanted, other] = isInput ? [x!, w!] : [w!, x!];
    const [out, pull] = jax.vjp(
      (v: Tensor) => (isInput ? forward(v, other.ref) : forward(other.ref, v)),
      [wanted],
    );
    const [gradient] = pull(dy!) as [Tensor];
    jax.tree.dispose([out, other]);
    pull.dispose();
    return gradient;
  };
}
