import type { Backend } from '../backend/index.ts';
import { type DType, isFloatingPoint, type Scalar } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import type { Shape } from '../shape/index.ts';
import { AutogradMeta, aliasTensor, type Hidden, Tensor, type TensorHook } from '../tensor/index.ts';
import { dualOfOutput, keepsHistory } from './dual-level.ts';
import type { NodeState } from './engine.ts';
import { isRecording } from './modes.ts';
import type { GradRecord, Operand, VjpContext } from './record.ts';
import { checkVersion, SavedTensor } from './saved-tensor.ts';
import { currentHooks } from './saved-tensor-hooks.ts';

/** What is known of a node's output: what a gradient for it must look like. */
export interface OutputMeta {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly backend: Backend;
  readonly hidden: Hidden | null;
}

/** Sees a node's results and what it was given; may return other results. */
export type NodeHook = (
  gradInputs: readonly (Tensor | null)[],
  gradOutputs: readonly (Tensor | null)[],
) => readonly (Tensor | null)[] | undefined;

/** Sees what a node is about to be given; may return something else. */
export type NodePreHook = (gradOutputs: readonly (Tensor | null)[]) => readonly (Tensor | null)[] | undefined;

let sequence = 0;

/** What a new node has: arrays of the right size come later, for each that grows costs room for seventeen. */
const none: never[] = [];
Object.freeze(none);

/** One step of the recorded graph: how to send a gradient from an operation's outputs to its inputs. */
// biome-ignore lint/suspicious/noExplicitAny: attributes are typed in each record
export class Node<A = any> implements VjpContext<A> {
  readonly record: GradRecord<A>;
  readonly attrs: A;
  /** For each input the node that made it, or null where no gradient is wanted; and which output of it. */
  nextNodes: (Node | null)[] = none;
  nextNrs: number[] = none;
  /** Larger for later operations: backward takes the latest ready node first. */
  readonly sequence: number;
  outputs: OutputMeta[] = none;
  /** Hooks of the tensors this node made, by output. */
  tensorHooks: { outputNr: number; hook: TensorHook }[] | null = null;
  /** Tensors whose `.grad` this node fills with what arrives. */
  retained: { outputNr: number; tensor: Tensor }[] | null = null;
  /** Inputs that can have no gradient, such as indices. */
  slotless: number[] | null = null;
  /** Where a backward run stands with this node. */
  state: NodeState | null = null;
  preHooks: NodePreHook[] | null = null;
  postHooks: NodeHook[] | null = null;
  private savedInputs: (Operand | SavedTensor | undefined)[] | null = null;
  private savedOutputs: (Tensor | SavedTensor | undefined)[] | null = null;
  private versions: number[] | null = null;
  protected freed = false;
  private arrived: readonly (Tensor | undefined)[] = none;

  constructor(record: GradRecord<A>, attrs: A, order: number = sequence++) {
    this.record = record;
    this.attrs = attrs;
    this.sequence = order;
  }

  /** The name PyTorch prints. */
  get name(): string {
    return this.record.name;
  }

  /** For each input that can have a gradient: the node that made it and which output of that node, or null. */
  get nextFunctions(): readonly (readonly [Node | null, number])[] {
    const { record } = this;
    const slots: (readonly [Node | null, number])[] = [];
    this.nextNodes.forEach((node, i) => {
      const differentiable =
        'grads' in record ? record.grads[i] != null : node !== null || this.slotless?.includes(i) !== true;
      if (differentiable) slots.push([node, node === null ? 0 : this.nextNrs[i]!]);
    });
    // PyTorch's node for what has no derivative knows only what wanted one.
    return record.name === 'NotImplemented' ? slots.filter(([node]) => node !== null) : slots;
  }

  needs(index: number): boolean {
    return this.nextNodes[index] != null;
  }

  /** Says what a gradient for an output must look like. */
  describe(outputNr: number, { shape, dtype, storage: { backend, hidden } }: Tensor): void {
    const meta = { shape, dtype, backend, hidden };
    if (this.outputs !== none) this.outputs[outputNr] = meta;
    else if (outputNr === 0) this.outputs = [meta];
    else {
      this.outputs = [];
      this.outputs[outputNr] = meta;
    }
  }

  /** Keeps the inputs that the wanted gradients' formulas read. */
  saveInputs(inputs: readonly (Operand | null | undefined)[]): void {
    const { record } = this;
    if ('grads' in record) {
      if (currentHooks() !== undefined) {
        // Hooks see them in the order of the arguments.
        const wanted = record.grads.flatMap((formula, i) =>
          this.nextNodes[i] == null ? [] : (formula?.in ?? []),
        );
        for (const k of [...wanted].sort((a, b) => a - b)) this.saveInput(k, inputs[k]);
        return;
      }
      for (let i = 0; i < record.grads.length; i++) {
        const indices = this.nextNodes[i] == null ? undefined : record.grads[i]?.in;
        if (indices !== undefined) for (const k of indices) this.saveInput(k, inputs[k]);
      }
    } else if (record.saves?.in === 'all')
      for (const [k, input] of inputs.entries()) this.saveInput(k, input);
    else for (const k of record.saves?.in ?? []) this.saveInput(k, inputs[k]);
  }

  /** Keeps the outputs that the wanted gradients' formulas read; after an in-place change, not before. */
  saveOutputs(outputs: readonly Tensor[]): void {
    const { record } = this;
    if ('grads' in record) {
      for (let i = 0; i < record.grads.length; i++) {
        const indices = this.nextNodes[i] == null ? undefined : record.grads[i]?.out;
        if (indices !== undefined) for (const k of indices) this.saveOutput(k, outputs[k]!);
      }
    } else for (const k of record.saves?.out ?? []) this.saveOutput(k, outputs[k]!);
  }

  private saveInput(k: number, value: Operand | null | undefined): void {
    if (value === null) return;
    this.savedInputs ??= new Array<undefined>(this.nextNodes.length);
    if (this.savedInputs[k] !== undefined) return;
    if (!(value instanceof Tensor)) this.savedInputs[k] = value;
    else if (currentHooks() !== undefined) this.savedInputs[k] = new SavedTensor(value, undefined);
    else {
      this.savedInputs[k] = value;
      this.keepVersion(k, value);
    }
  }

  private saveOutput(k: number, value: Tensor): void {
    this.savedOutputs ??= new Array<undefined>(this.outputs.length);
    if (this.savedOutputs[k] !== undefined) return;
    if (currentHooks() !== undefined) this.savedOutputs[k] = new SavedTensor(value, k);
    else {
      this.savedOutputs[k] = aliasTensor(value);
      this.keepVersion(this.nextNodes.length + k, value);
    }
  }

  private keepVersion(slot: number, { counter }: Tensor): void {
    if (counter.version < 0) fail('autograd/inference-saved', {});
    this.versions ??= new Array<number>(this.nextNodes.length + this.outputs.length);
    this.versions[slot] = counter.version;
  }

  input(index: number): Tensor {
    const value = this.operand(index);
    if (value instanceof Tensor) return value;
    const { dtype, backend } = this.outputs[0]!;
    return factories!.scalar(value, dtype, backend);
  }

  operand(index: number): Operand {
    if (this.freed) fail('autograd/second-backward', { node: this.name });
    const value = this.savedInputs?.[index];
    if (value instanceof Tensor) {
      const meta = value.autograd;
      checkVersion(value, this.versions![index]!, meta?.node ?? null, meta?.outputNr ?? 0);
      return value;
    }
    return value instanceof SavedTensor ? value.unpack(this) : (value as Operand);
  }

  output(index = 0): Tensor {
    if (this.freed) fail('autograd/second-backward', { node: this.name });
    const saved = this.savedOutputs![index]!;
    if (saved instanceof SavedTensor) return saved.unpack(this);
    checkVersion(saved, this.versions![this.nextNodes.length + index]!, this, index);
    if (!keepsHistory() || !isFloatingPoint(saved.dtype)) return saved;
    const out = aliasTensor(saved);
    out.autograd = new AutogradMeta();
    out.autograd.dual = dualOfOutput(this, index);
    if (isRecording()) out.autograd.node = this;
    out.autograd.outputNr = index;
    return out;
  }

  grad(index: number): Tensor {
    const grad = this.arrived[index];
    if (grad !== undefined) return grad;
    const { shape, dtype, backend } = this.outputs[index]!;
    return factories!.zeros(shape, dtype, backend);
  }

  /** Runs the formulas: gradients of the inputs from those of the outputs. */
  run(grads: readonly (Tensor | undefined)[]): (Tensor | null | undefined)[] {
    const { record } = this;
    // A node that kept something and gave it up cannot run again, whichever formula asks.
    if (this.freed) fail('autograd/second-backward', { node: this.name });
    this.arrived = grads;
    try {
      if ('backward' in record) return [...record.backward(grads, this)];
      const results: (Tensor | null)[] = [];
      const grad = grads[0] ?? this.grad(0);
      for (let i = 0; i < this.nextNodes.length; i++) {
        const formula = this.nextNodes[i] === null ? null : record.grads[i];
        results.push(formula == null ? null : formula.vjp(grad, this));
      }
      return results;
    } finally {
      this.arrived = none;
    }
  }

  /** Lets go of what was kept; a node that kept nothing can still run again. */
  release(): void {
    if (this.savedInputs === null && this.savedOutputs === null) return;
    this.savedInputs = null;
    this.savedOutputs = null;
    this.versions = null;
    this.freed = true;
  }

  /** Whether backward has let go of what the node kept: it cannot run again. */
  get isFreed(): boolean {
    return this.freed;
  }

  /** The tensors kept for backward that no hooks have packed, for pictures of the graph. */
  get savedTensors(): readonly Tensor[] {
    const kept = [...(this.savedInputs ?? []), ...(this.savedOutputs ?? [])];
    return kept.map((x) => (x instanceof SavedTensor ? x.plain : x)).filter((x) => x instanceof Tensor);
  }

  /** As PyTorch prints it; the address is the node's sequence number. */
  toString(): string {
    return `<${this.name} object at 0x${(0x7f0000000000 + this.sequence * 16).toString(16)}>`;
  }

  registerHook(hook: NodeHook): { remove(): void } {
    this.postHooks ??= [];
    return addHook(this.postHooks, hook);
  }

  registerPrehook(hook: NodePreHook): { remove(): void } {
    this.preHooks ??= [];
    return addHook(this.preHooks, hook);
  }
}

/** Adds to a list of hooks; `remove` takes it off again, and may be called twice. */
export function addHook<H>(hooks: H[], hook: H): { remove(): void } {
  hooks.push(hook);
  let active = true;
  return {
    remove: () => {
      if (active) hooks.splice(hooks.indexOf(hook), 1);
      active = false;
    },
  };
}

/** How the nodes make the tensors they need by themselves. */
export interface Factories {
  zeros(shape: Shape, dtype: DType, backend: Backend): Tensor;
  scalar(value: Scalar, dtype: DType, backend: Backend): Tensor;
}

let factories: Factories | undefined;

/** The ops layer says how tensors are made, since nodes come before operations. */
export function installFactories(given: Factories): void {
  factories = given;
}
