import {
  backward,
  CustomFunction,
  enableGrad,
  type FunctionContext,
  isFullBackward,
  noGrad,
  savedTensorsHooks,
  type TensorOrList,
} from '../autograd/index.ts';
import { fail, warn } from '../errors/index.ts';
import { defaultGenerator } from '../rng/index.ts';
import { sameShape } from '../shape/index.ts';
import { Tensor } from '../tensor/index.ts';

/** Keyword arguments of {@link checkpoint}. */
export interface CheckpointOptions {
  /**
   * Runs the function inside a custom function, and a backward inside its backward: PyTorch's first way, which does not
   * work with `grad` or `backward({ inputs })`. Default false.
   */
  readonly useReentrant?: boolean;
  /** Draws the same random numbers when the function is run again. Default true. */
  readonly preserveRngState?: boolean;
}

/**
 * Runs `fn` without keeping what its gradients need: backward runs it again instead. Takes less memory and more time. `fn`
 * must do the same both times.
 * @throws `autograd/checkpoint-mismatch` in backward if it did not
 * @see https://pytorch.org/docs/stable/checkpoint.html
 */
export function checkpoint<A extends readonly unknown[], R extends TensorOrList>(
  fn: (...inputs: A) => R,
  inputs: A,
  { useReentrant = false, preserveRngState = true }: CheckpointOptions = {},
): R {
  const replay = replayable(preserveRngState);
  if (useReentrant) return CheckpointFunction.apply(fn, replay, ...inputs) as R;
  return withoutKeeping(() => fn(...inputs), replay);
}

/** Runs something again with the random numbers of now, and leaves the generator as it was. */
type Replay = <R>(run: () => R) => R;

function replayable(preserve: boolean): Replay {
  if (!preserve) return (run) => run();
  const state = defaultGenerator.getState();
  return (run) => {
    const now = defaultGenerator.getState();
    defaultGenerator.setState(state);
    try {
      return run();
    } finally {
      defaultGenerator.setState(now);
    }
  };
}

/** Keeps places instead of tensors; the first that backward asks for fills them all. */
function withoutKeeping<R>(run: () => R, replay: Replay): R {
  const kept: { readonly shape: readonly number[]; readonly dtype: string }[] = [];
  let again: (Tensor | undefined)[] = [];
  const recompute = (): void => {
    const found: Tensor[] = [];
    const pack = (tensor: Tensor): number => found.push(tensor.detach());
    // What this run keeps is what the first one wanted: it is taken out of `found` and never asked for.
    enableGrad(() => replay(() => savedTensorsHooks(pack, () => fail('autograd/checkpoint-inner', {}), run)));
    if (found.length !== kept.length) {
      fail('autograd/checkpoint-mismatch', { forward: kept.length, again: found.length });
    }
    kept.forEach(({ shape, dtype }, i) => {
      const tensor = found[i]!;
      if (!sameShape(tensor.shape, shape) || tensor.dtype !== dtype) {
        fail('autograd/checkpoint-mismatch', { forward: kept.length, again: found.length, position: i });
      }
    });
    again = found;
  };
  return savedTensorsHooks(
    ({ shape, dtype }) => kept.push({ shape, dtype }) - 1,
    (place) => {
      if (again[place] === undefined) recompute();
      const tensor = again[place]!;
      again[place] = undefined;
      return tensor;
    },
    run,
  );
}

interface Kept {
  run: (...inputs: unknown[]) => TensorOrList;
  replay: Replay;
  /** The arguments; null where a tensor stood, which is saved. */
  constants: readonly unknown[];
}

/** The function that runs another without recording, and once more with recording when its gradient is wanted. */
class CheckpointFunction extends CustomFunction {
  static forward(
    ctx: FunctionContext<Kept>,
    run: (...inputs: never) => TensorOrList,
    replay: Replay,
    ...inputs: readonly unknown[]
  ): TensorOrList {
    if (!ctx.needsInputGrad.includes(true)) {
      warn('None of the inputs have requires_grad=True. Gradients will be None');
    }
    ctx.run = run as Kept['run'];
    ctx.replay = replay;
    ctx.constants = inputs.map((x) => (x instanceof Tensor ? null : x));
    ctx.saveForBackward(...inputs.map((x) => (x instanceof Tensor ? x : null)));
    return noGrad(() => ctx.run(...inputs));
  }

  static backward(ctx: FunctionContext<Kept>, ...grads: readonly (Tensor | null)[]): (Tensor | null)[] {
    if (!isFullBackward()) fail('autograd/checkpoint-partial', {});
    const inputs = ctx.savedTensors.map((x, i) =>
      x === null ? ctx.constants[i] : x.detach().requiresGrad_(x.requiresGrad),
    );
    const result = enableGrad(() => ctx.replay(() => ctx.run(...inputs)));
    const outputs: readonly unknown[] = Array.isArray(result) ? result : [result];
    const wanted = outputs.flatMap((x, i) =>
      x instanceof Tensor && x.requiresGrad ? [[x, grads[i]!] as const] : [],
    );
    if (wanted.length === 0) fail('autograd/checkpoint-useless', {});
    backward(
      wanted.map(([x]) => x),
      wanted.map(([, g]) => g),
    );
    return [null, null, ...inputs.map((x) => (x instanceof Tensor ? x.grad : null))];
  }
}
