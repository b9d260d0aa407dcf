import { fail } from '../errors/index.ts';
import { countChange, Tensor } from '../tensor/index.ts';
import { gradFnOf } from './gradient-edge.ts';
import type { Node } from './node.ts';
import { SavedTensor } from './saved-tensor.ts';

/** What `forward` leaves for `backward`, and says of its results. */
export interface FunctionContextBase {
  /** For each argument of `apply`, whether it is a tensor that requires gradients. */
  readonly needsInputGrad: readonly boolean[];
  /**
   * What {@link saveForBackward} was given. An input comes with its place in the graph, an output as an output of this
   * function. @throws `autograd/second-backward`, `autograd/version`
   */
  readonly savedTensors: readonly (Tensor | null)[];
  /**
   * Keeps tensors until backward has run; inputs and outputs should be kept this way and no other. Call it once, in
   * `forward`. @throws `autograd/save-type`
   */
  saveForBackward(...tensors: readonly (Tensor | null)[]): void;
  /** Keeps tensors for `jvp`, which finds them in {@link savedTensors}. Call it once, in `forward`. @throws `autograd/save-type` */
  saveForForward(...tensors: readonly (Tensor | null)[]): void;
  /** Says that `forward` changed these inputs in place; they must be returned as they are. */
  markDirty(...tensors: readonly Tensor[]): void;
  /** Says that these outputs have no gradient. Integer and bool outputs never have. */
  markNonDifferentiable(...tensors: readonly Tensor[]): void;
  /** With `false`, `backward` is given null instead of zeros where no gradient arrived. */
  setMaterializeGrads(value: boolean): void;
}

/** The first argument of `forward` and `backward`; `Own` is what they keep on it besides: `ctx.scale = 2`. */
// biome-ignore lint/complexity/noBannedTypes: no attributes of its own
export type FunctionContext<Own extends object = {}> = FunctionContextBase & Own;

/** See {@link FunctionContextBase}; the other members are for the function that runs it. */
export class Context implements FunctionContextBase {
  readonly needsInputGrad: readonly boolean[];
  readonly dirty: Set<Tensor> = new Set();
  readonly nonDifferentiable: Set<Tensor> = new Set();
  materialize = true;
  private toSave: readonly (Tensor | null)[] = [];
  private keptForForward: readonly (Tensor | null)[] = [];
  private isForward = false;
  private saved: readonly (SavedTensor | null)[] = [];
  private node: Node | undefined;
  private freed = false;
  private held = false;

  constructor(needsInputGrad: readonly boolean[]) {
    this.needsInputGrad = needsInputGrad;
  }

  get savedTensors(): readonly (Tensor | null)[] {
    if (this.isForward) return this.keptForForward;
    if (this.freed) fail('autograd/second-backward', { node: this.node!.name });
    return this.saved.map((saved) => saved?.unpack(this.node!) ?? null);
  }

  saveForBackward(...tensors: readonly (Tensor | null)[]): void {
    checkSaved(tensors);
    this.toSave = tensors;
  }

  saveForForward(...tensors: readonly (Tensor | null)[]): void {
    checkSaved(tensors);
    this.keptForForward = tensors;
  }

  /** Runs `jvp`, with what was kept for it, and lets go of that. */
  forForward<R>(jvp: () => R): R {
    this.isForward = true;
    try {
      return jvp();
    } finally {
      this.isForward = false;
      this.keptForForward = [];
    }
  }

  markDirty(...tensors: readonly Tensor[]): void {
    tensors.forEach((value, index) => {
      if (!(value instanceof Tensor)) fail('autograd/dirty-type', { index, value });
    });
    for (const tensor of tensors) {
      if (!this.dirty.has(tensor)) countChange(tensor);
      this.dirty.add(tensor);
    }
  }

  markNonDifferentiable(...tensors: readonly Tensor[]): void {
    for (const value of tensors) {
      if (!(value instanceof Tensor)) fail('autograd/non-differentiable-type', { value });
      this.nonDifferentiable.add(value);
    }
  }

  setMaterializeGrads(value: boolean): void {
    this.materialize = value;
  }

  /** Keeps what was to be saved, now that the outputs belong to `node`. */
  save(node: Node): void {
    this.node = node;
    this.saved = this.toSave.map((tensor) => {
      if (tensor === null) return null;
      const own = gradFnOf(tensor) === node;
      return new SavedTensor(tensor, own ? tensor.autograd!.outputNr : undefined);
    });
    this.toSave = [];
    this.held = this.saved.length > 0;
  }

  /** Lets go of what was kept. */
  release(): void {
    this.saved = [];
    this.freed = true;
  }

  /** Whether something was kept and backward has let go of it. */
  get isFreed(): boolean {
    return this.freed && this.held;
  }

  /** What is kept and was not packed by hooks. */
  get plain(): readonly Tensor[] {
    return this.saved.map((saved) => saved?.plain).filter((x) => x !== undefined);
  }
}

function checkSaved(tensors: readonly (Tensor | null)[]): void {
  tensors.forEach((value, index) => {
    if (value !== null && !(value instanceof Tensor)) fail('autograd/save-type', { index, value });
  });
}
