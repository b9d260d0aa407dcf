import { dtypeInfo, isFloatingPoint } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { AutogradMeta, aliasTensor, swapScope, Tensor } from '../tensor/index.ts';
import { isAnomalyEnabled } from './anomaly.ts';
import { dualOfOutput } from './dual-level.ts';
import { swapGradMode } from './modes.ts';
import type { Node } from './node.ts';
import { currentHooks, type SavedTensorHooks } from './saved-tensor-hooks.ts';

/** Refuses a kept tensor whose memory has changed since. @throws `autograd/version` */
export function checkVersion(saved: Tensor, expected: number, node: Node | null, outputNr: number): void {
  const { version } = saved.counter;
  if (version === expected) return;
  fail('autograd/version', {
    tensor: `${dtypeInfo[saved.dtype].typeName} [${saved.shape.join(', ')}]`,
    output:
      node === null
        ? ''
        : `output ${outputNr} of ${nativeNodes.has(node.name) ? 'torch::autograd::' : ''}${node.name}`,
    version,
    expected,
    traced: isAnomalyEnabled(),
  });
}

/**
 * A tensor kept for backward on its own terms: what custom functions save, and what built-in nodes save while hooks pack
 * it. Other nodes keep tensors directly.
 */
export class SavedTensor {
  private readonly outputNr: number | undefined;
  private readonly version: number;
  private readonly hooks: SavedTensorHooks | undefined;
  /** Where hooks packed the tensor: the node that made it, or what is known of it as a leaf. */
  private readonly made: { readonly node: Node; readonly nr: number } | undefined;
  private readonly leaf: AutogradMeta | undefined;
  /** The tensor, or what the hooks made of it. */
  private readonly data: unknown;

  /** `outputNr`: which output of the node that keeps it the tensor is; undefined for any other tensor. */
  constructor(tensor: Tensor, outputNr: number | undefined) {
    if (tensor.counter.version < 0) fail('autograd/inference-saved', {});
    this.outputNr = outputNr;
    this.version = tensor.counter.version;
    this.hooks = currentHooks();
    if (this.hooks !== undefined) {
      const meta = outputNr === undefined ? tensor.autograd : undefined;
      if (meta?.node == null) this.leaf = meta;
      else this.made = { node: meta.node, nr: meta.outputNr };
      this.data = pack(this.hooks, tensor);
    } else this.data = outputNr === undefined ? tensor : aliasTensor(tensor);
  }

  /** The tensor with its place in the graph; `owner` is the node that keeps it. @throws `autograd/version` */
  unpack(owner: Node): Tensor {
    const { outputNr, hooks, made } = this;
    if (hooks === undefined) {
      const saved = this.data as Tensor;
      const node = outputNr === undefined ? (saved.autograd?.node ?? null) : owner;
      checkVersion(saved, this.version, node, outputNr ?? saved.autograd?.outputNr ?? 0);
      if (outputNr === undefined) return saved;
    }
    const out = aliasTensor(hooks === undefined ? (this.data as Tensor) : unpack(hooks, this.data));
    if (!isFloatingPoint(out.dtype)) return out;
    if (outputNr !== undefined) out.autograd = placed(owner, outputNr);
    else out.autograd = made === undefined ? this.leaf : placed(made.node, made.nr);
    return out;
  }

  /** The tensor as it is, where no hooks have packed it. */
  get plain(): Tensor | undefined {
    return this.hooks === undefined ? (this.data as Tensor) : undefined;
  }
}

function placed(node: Node, outputNr: number): AutogradMeta {
  const meta = new AutogradMeta();
  meta.node = node;
  meta.outputNr = outputNr;
  meta.dual = dualOfOutput(node, outputNr);
  return meta;
}

/** Nodes that PyTorch calls by their C++ names here. */
const nativeNodes: ReadonlySet<string> = new Set(['CopySlices', 'CopyBackwards']);

/** Runs a hook without recording, and outside the scopes that free what is made in them: it may keep what it likes. */
function asHook<R>(run: () => R): R {
  const recording = swapGradMode(false);
  const scope = swapScope(undefined);
  try {
    return run();
  } finally {
    swapScope(scope);
    swapGradMode(recording);
  }
}

function pack(hooks: SavedTensorHooks, tensor: Tensor): unknown {
  const { version } = tensor.counter;
  const packed = asHook(() => hooks.pack(tensor));
  if (tensor.counter.version !== version) fail('autograd/pack-inplace', {});
  return packed;
}

function unpack(hooks: SavedTensorHooks, packed: unknown): Tensor {
  const tensor: unknown = asHook(() => hooks.unpack(packed));
  if (!(tensor instanceof Tensor)) fail('autograd/unpack-type', { value: tensor });
  // The hook may hold it: a backward run must not free it.
  tensor.storage.pinned = true;
  return tensor;
}
