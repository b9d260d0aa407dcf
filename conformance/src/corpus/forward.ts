import * as torch from '@taimatsu/core';
import { isTensor } from '../tensors.ts';
import { torchCall } from '../torch-call/call.ts';
import { MissingOp } from '../torch-call/missing.ts';
import { type DecodedCall, decodeCall, decodeTensor, Undecodable } from './decode.ts';
import type { CorpusFile, SampleRecord } from './format.ts';
import { seedOf } from './opinfo.ts';
import { byPath, processedLike } from './sample.ts';

/** How an operator's tangents did. */
export interface ForwardCount {
  readonly checked: number;
  readonly failures: readonly { readonly sample: number; readonly error: string }[];
}

/** How far apart the two sides may be, relative to the sum of what they add up, where all is float64. */
const tolerance = 1e-9;
const coarse: Readonly<Record<string, number>> = { float32: 5e-5, float16: 2e-3, bfloat16: 1e-2 };

/**
 * Checks forward mode on the default device by one law: ⟨u, J t⟩ from a dual number is ⟨Jᵀ u, t⟩ from backward. `most`
 * samples of the file, evenly spread, that have recorded gradients. Undefined where there are none.
 */
export function checkForward(
  file: CorpusFile,
  most: number = Number.POSITIVE_INFINITY,
): ForwardCount | undefined {
  const all = [...file.samples.entries()].filter(([, { cotangents, grads }]) => cotangents && grads);
  const step = Math.max(1, all.length / most);
  const chosen = all.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
  if (chosen.length === 0) return undefined;
  const failures: { sample: number; error: string }[] = [];
  for (const [i, sample] of chosen) {
    try {
      const { backward, forward, close } = bothSides(file, sample);
      if (close) continue;
      failures.push({ sample: i, error: `<u, Jt> is ${forward}, <J'u, t> is ${backward}` });
    } catch (error) {
      if (error instanceof MissingOp || error instanceof Undecodable) return undefined;
      failures.push({ sample: i, error: String(error).slice(0, 300) });
    }
  }
  return { checked: chosen.length, failures };
}

interface Sides {
  readonly backward: number;
  readonly forward: number;
  readonly close: boolean;
}

function bothSides(file: CorpusFile, sample: SampleRecord): Sides {
  const call = decodeCall(sample);
  const leaves = [...call.leaves.values()];
  const tangents = leaves.map((leaf, k) => wave(leaf, k));
  const found = outputsOf(file, sample, call, new Map());
  const cotangents = Object.entries(sample.cotangents!).filter(([path]) => found.get(path)?.requiresGrad);
  const roots = cotangents.map(([path]) => found.get(path)!);
  // Where a value is infinite or not a number its derivative is anything.
  const weights = cotangents.map(([, own], i) =>
    torch.where(roots[i]!.detach().isfinite(), decodeTensor(own), 0),
  );
  const grads = torch.grad(roots, leaves, { gradOutputs: weights, allowUnused: true });
  const backward = pairing(grads, tangents);
  const pushed = torch.autograd.forwardAd.dualLevel(() => {
    const again = decodeCall(sample);
    const duals = new Map<torch.Tensor, torch.Tensor>();
    [...again.leaves.values()].forEach((leaf, k) => {
      duals.set(leaf, torch.autograd.forwardAd.makeDual(leaf.detach(), tangents[k]!));
    });
    const outputs = outputsOf(file, sample, again, duals);
    return cotangents.map(([path]) => torch.autograd.forwardAd.unpackDual(outputs.get(path)!).tangent);
  });
  const forward = pairing(pushed, weights);
  const allowed = Math.max(tolerance, ...[...leaves, ...roots].map(({ dtype }) => coarse[dtype] ?? 0));
  const difference = Math.abs(backward.sum - forward.sum);
  const undefinedThere =
    Number.isNaN(backward.sum) && !roots.every((root) => root.isfinite().all().item() === true);
  const close = undefinedThere || difference <= allowed * Math.max(1, backward.size, forward.size);
  return { backward: backward.sum, forward: forward.sum, close };
}

/** The outputs of a recorded call, by path, with some of its tensors replaced. */
export function outputsOf(
  { op, variant }: CorpusFile,
  sample: SampleRecord,
  { input, args, kwargs }: DecodedCall,
  replaced: ReadonlyMap<torch.Tensor, torch.Tensor>,
): Map<string, torch.Tensor> {
  torch.manualSeed(seedOf(op, sample.seed));
  const given = [input, ...args].map((value) => substitute(value, replaced));
  const options = substitute(kwargs, replaced) as Readonly<Record<string, unknown>>;
  const output = torchCall(op, variant, given[0], given.slice(1), options);
  // Some of PyTorch's functions are called through a form that waits: they are not for a check that does not.
  if (output instanceof Promise) output.catch(() => {});
  const { processed_output: processed } = sample;
  return byPath(processed === undefined ? output : processedLike(op, output, processed), 'out');
}

/** A value with its tensors replaced, however deep they are. */
export function substitute(value: unknown, replaced: ReadonlyMap<torch.Tensor, torch.Tensor>): unknown {
  if (isTensor(value)) return replaced.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => substitute(item, replaced));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, replaced)]));
}

/** A tangent without structure that a wrong rule could hide behind, the same on every run. */
function wave(leaf: torch.Tensor, k: number): torch.Tensor {
  const angle = torch
    .arange(leaf.numel(), { dtype: 'float64' })
    .mul(1.7)
    .add(k + 0.3);
  return angle.sin().add(0.2).view(leaf.shape).to(leaf.dtype);
}

/** Σ ⟨aᵢ, bᵢ⟩, and the sum of the magnitudes that it is made of. */
function pairing(
  a: readonly (torch.Tensor | null)[],
  b: readonly torch.Tensor[],
): { readonly sum: number; readonly size: number } {
  let sum = 0;
  let size = 0;
  a.forEach((own, i) => {
    if (own === null) return;
    const other = b[i]!.detach();
    const products = torch.where(other.ne(0), own.detach().mul(other), 0);
    sum += Number((products.sum() as torch.Tensor).item());
    size += Number((products.abs().sum() as torch.Tensor).item());
  });
  return { sum, size };
}
