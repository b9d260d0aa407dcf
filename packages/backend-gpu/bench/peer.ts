/** What the bench needs of TensorFlow.js, whose bundles put it at `globalThis.tf`. */
interface TensorFlow {
  setBackend(name: string): Promise<boolean>;
  getBackend(): string;
  env(): { set(flag: string, value: boolean): void };
  rand(shape: number[], random: () => number): Tensor;
  tidy(run: () => void): void;
  add(a: Tensor, b: Tensor): Tensor;
  mul(a: Tensor, b: Tensor): Tensor;
  sub(a: Tensor, b: Tensor): Tensor;
  maximum(a: Tensor, b: Tensor): Tensor;
  sum(a: Tensor): Tensor;
  slice(a: Tensor, begin: number[], size: number[]): Tensor;
  reshape(a: Tensor, shape: number[]): Tensor;
  matMul(a: Tensor, b: Tensor, transposeA?: boolean, transposeB?: boolean): Tensor;
}

interface Tensor {
  readonly size: number;
  dataSync(): ArrayLike<number>;
}

/** The work of the bench as a library does it. Each call waits for the result. */
export interface Contestant {
  readonly name: string;
  /** `times` operations over `length` elements, each on the result of the one before. */
  chain(length: number, times: number): () => void;
  sum(length: number): () => void;
  matmul(n: number, transposeA?: boolean, transposeB?: boolean): () => void;
}

/** Runs TensorFlow.js's bundles, given as text, and takes its webgl backend. */
export async function tensorFlow(bundles: readonly string[]): Promise<Contestant> {
  for (const text of bundles) {
    const script = document.createElement('script');
    script.textContent = text;
    document.head.append(script);
  }
  const { tf } = globalThis as unknown as { tf: TensorFlow };
  await tf.setBackend('webgl');
  // Small tensors are not to be left to the CPU here.
  tf.env().set('WEBGL_CPU_FORWARD', false);
  if (tf.getBackend() !== 'webgl') throw new Error(`TensorFlow.js runs on ${tf.getBackend()}`);
  const wait = (x: Tensor): void => {
    tf.slice(tf.reshape(x, [x.size]), [0], [1]).dataSync();
  };
  const steps = [tf.add, tf.mul, tf.sub, tf.maximum];
  return {
    name: 'TensorFlow.js',
    chain: (length, times) => {
      const x = tf.rand([length], Math.random);
      return () =>
        tf.tidy(() => {
          let y = x;
          for (let i = 0; i < times; i++) y = steps[i % 4]!(y, x);
          wait(y);
        });
    },
    sum: (length) => {
      const x = tf.rand([length], Math.random);
      return () => tf.tidy(() => wait(tf.sum(x)));
    },
    matmul: (n, transposeA, transposeB) => {
      const a = tf.rand([n, n], Math.random);
      return () => tf.tidy(() => wait(tf.matMul(a, a, transposeA, transposeB)));
    },
  };
}
