import * as torch from '@taimatsu/core';
import { isTensor } from '../tensors.ts';
import { torchCall } from '../torch-call/call.ts';
import { MissingOp } from '../torch-call/missing.ts';
import { decodeCall, Undecodable } from './decode.ts';
import { type CorpusFile, isTensorRecord, type SampleRecord, type TensorRecord } from './format.ts';
import { seedOf } from './opinfo.ts';
import { byPath, processedLike } from './sample.ts';

/** How an operator's gradients of gradients did. */
export interface SecondOrderCount {
  readonly checked: number;
  readonly passed: number;
  readonly failures: readonly { readonly sample: number; readonly error: string }[];
}

/** Samples with more elements to perturb than this cost too much; but where all have more, the smallest one may have so many. */
const mostElements = 36;
const mostAtAll = 110;
/** This many samples of an operator are checked: the most different in size that fit. */
const mostSamples = 3;

/**
 * Checks second derivatives of a file's samples by central differences on the default device, which must be one that can
 * be read at once. Undefined for an operator that PyTorch's own tests do not check so, of which no sample is small enough,
 * or which the library does not have.
 */
export function checkSecondOrder(file: CorpusFile): SecondOrderCount | undefined {
  if (file.gradgrad !== true) return undefined;
  const sizes = [...file.samples.entries()].map(([i, sample]) => [i, sample, sizeOf(sample)] as const);
  const fitting = sizes.filter(([, , size]) => size <= mostElements);
  const smallest = sizes.filter(([, , size]) => size <= mostAtAll).sort((a, b) => a[2] - b[2]);
  const chosen = fitting.length > 0 ? spread(fitting, mostSamples) : smallest.slice(0, 1);
  if (chosen.length === 0) return undefined;
  const failures: { sample: number; error: string }[] = [];
  for (const [i, sample] of chosen) {
    try {
      checkSample(file, sample);
    } catch (error) {
      if (error instanceof MissingOp || error instanceof Undecodable) return undefined;
      failures.push({ sample: i, error: String((error as Error).message).slice(0, 300) });
    }
  }
  return { checked: chosen.length, passed: chosen.length - failures.length, failures };
}

function checkSample(file: CorpusFile, sample: SampleRecord): void {
  const { input, args, kwargs, leaves } = decodeCall(sample);
  // The leaves are perturbed in place, so that the call sees them wherever they stand among its arguments.
  const outputs = (): torch.Tensor[] => {
    torch.manualSeed(seedOf(file.op, sample.seed));
    const call = wrapped(file, [input, ...args], kwargs);
    const [first, ...rest] = call;
    const output = torchCall(file.op, file.variant, first, rest, kwargs);
    const { processed_output: processed } = sample;
    const found = byPath(processed === undefined ? output : processedLike(file.op, output, processed), 'out');
    const roots = Object.keys(sample.cotangents!).flatMap((path) => found.get(path) ?? []);
    return roots.map((root) => unmasked(file, root, input, { dim: args[0], ...kwargs }));
  };
  const inputs = [...leaves.values()];
  try {
    torch.gradgradcheck(outputs, inputs);
  } catch {
    // Where gradients of 10^7 and of 10^-2 are added, the usual step drowns the small ones in rounding (PyTorch's own
    // check by single elements fails there too).
    torch.gradgradcheck(outputs, inputs, { eps: 1e-4 });
  }
}

/** The arguments as PyTorch's tests pass them, where only some inputs make sense: symmetric or triangular matrices. */
function wrapped(
  { gradcheck_wrapper: wrapper }: CorpusFile,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): unknown[] {
  const [name, at] = wrapper ?? ['', 0];
  const matrix = args[at] as torch.Tensor;
  const replaced = (own: torch.Tensor): unknown[] => args.map((arg, i) => (i === at ? own : arg));
  const triangle = (own: torch.Tensor): torch.Tensor => (kwargs.upper === true ? own.triu() : own.tril());
  if (name === 'hermitian_input') return replaced(matrix.add(matrix.transpose(-2, -1)));
  if (name === 'triangular_input') return replaced(triangle(matrix));
  if (name === 'triangular_input_real_positive_diagonal') {
    const diagonal = matrix.diagonal(0, -2, -1);
    const ones = torch.diagEmbed(torch.onesLike(diagonal));
    return replaced(triangle(matrix.sub(torch.diagEmbed(diagonal)).add(ones)));
  }
  return [...args];
}

/** A masked operator's output without what is masked out altogether, which is undefined. */
function unmasked(
  { gradcheck_wrapper: wrapper }: CorpusFile,
  output: torch.Tensor,
  input: unknown,
  { mask, dim, keepdim }: Readonly<Record<string, unknown>>,
): torch.Tensor {
  if (wrapper?.[0] !== 'masked_operation' || !isTensor(mask) || !isTensor(input)) return output;
  const whole = mask.expand(input.shape);
  const dims = typeof dim === 'number' ? [dim] : ((dim as number[] | null | undefined) ?? []);
  const isReduced = String(output.shape) !== String(input.shape);
  const left = isReduced
    ? (whole.to('int64').sum(dims, { keepdim: keepdim === true }) as torch.Tensor).gt(0)
    : whole;
  return torch.where(left.view(output.shape), output, torch.zerosLike(output));
}

/** How many elements a check perturbs; infinite where there is nothing to check. */
function sizeOf(sample: SampleRecord): number {
  if (sample.cotangents === undefined || sample.grads === undefined) return Number.POSITIVE_INFINITY;
  const leaves = leavesIn(sample);
  const elements = [...leaves, ...Object.values(sample.cotangents)].reduce(
    (n, { data }) => n + data.length,
    0,
  );
  // An element that stands in several places cannot be perturbed in one.
  const isDistinct = leaves.every(({ shape, strides }) => shape.every((n, d) => n < 2 || strides[d] !== 0));
  return leaves.length > 0 && isDistinct && elements > 0 ? elements : Number.POSITIVE_INFINITY;
}

function leavesIn(value: unknown): TensorRecord[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(leavesIn);
  if (isTensorRecord(value as TensorRecord))
    return (value as TensorRecord).requires_grad && (value as TensorRecord).dtype === 'float64'
      ? [value as TensorRecord]
      : [];
  const { input, args, kwargs, v } = value as Readonly<Record<string, unknown>>;
  if (v !== undefined) return leavesIn(v);
  return input === undefined
    ? Object.values(value).flatMap(leavesIn)
    : [input, args, Object.values(kwargs ?? {})].flatMap(leavesIn);
}

function spread<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return Array.from({ length: most }, (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))]!);
}
