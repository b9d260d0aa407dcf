import * as torch from '@taimatsu/core';
import {
  type CompareOptions,
  type Comparison,
  compareTensor,
  compareValue,
  type Difference,
  resultItems,
  together,
} from '../compare/compare.ts';
import { cannotHold } from '../compare/held.ts';
import { toleranceFor } from '../compare/tolerance.ts';
import { declinedReason } from '../run/verdict.ts';
import { isTensor } from '../tensors.ts';
import { BindError } from '../torch-call/bind.ts';
import { torchCall } from '../torch-call/call.ts';
import { MissingOp } from '../torch-call/missing.ts';
import { type DecodedCall, decodeCall, decodeTensor, Undecodable } from './decode.ts';
import {
  type CorpusFile,
  isTagged,
  isTensorRecord,
  opName,
  type SampleRecord,
  type TensorRecord,
  type ValueRecord,
} from './format.ts';
import { hasContents, processOutput, seedOf } from './opinfo.ts';
import { withTheirSigns } from './signs.ts';
import { isDeterminant, orDerivative } from './singular.ts';
import { withOurTies } from './ties.ts';
import { inOrderOf, isUnordered } from './unordered.ts';

/** How one recorded call went on a backend. */
export type SampleOutcome =
  | { readonly verdict: 'passed'; readonly ulp: number; readonly byReference: boolean }
  | { readonly verdict: 'failed'; readonly differences: readonly Difference[]; readonly ulp: number }
  | { readonly verdict: 'declined' | 'missing'; readonly reason: string };

/** Makes a recorded call on the default device, and compares its output and its gradients. */
export async function replaySample(
  { op, variant, dtype }: Pick<CorpusFile, 'op' | 'variant' | 'dtype'>,
  sample: SampleRecord,
): Promise<SampleOutcome> {
  const options: CompareOptions = {
    tolerance: (own) => toleranceFor(opName({ op, variant }), dtype, own),
    reference: sample.reference,
  };
  if ('out' in sample.kwargs) return { verdict: 'missing', reason: 'no results written into given tensors' };
  try {
    const call = decodeCall(sample);
    torch.manualSeed(seedOf(op, sample.seed));
    const output = await raised(async () => {
      const value = await torch.awaitReads(() => torchCall(op, variant, call.input, call.args, call.kwargs));
      if (sample.error !== undefined) await settled(value);
      return value;
    });
    if (sample.error !== undefined) return judgeError(sample.error, output);
    if (output.error !== undefined) throw output.error;
    const result = withTheirSigns(op, sample.output ?? null, output.value);
    const compared = await compareOutput(op, sample, result, options);
    const gradients = await raised(() => compareGradients(op, sample, call, result, options));
    if (gradients.error !== undefined) return failedIn('gradient', gradients.error);
    const outcome = judge(compared, gradients.value as Comparison);
    const reason = cannotHold(sample.output ?? null, torch.getDefaultDevice().manifest);
    return outcome.verdict === 'failed' && reason !== undefined ? { verdict: 'declined', reason } : outcome;
  } catch (error) {
    if (error instanceof MissingOp || error instanceof Undecodable) {
      return { verdict: 'missing', reason: error.message };
    }
    return failedIn('call', error);
  }
}

/** An error where none was recorded: a backend's refusal, or a failure. */
function failedIn(where: string, error: unknown): SampleOutcome {
  const reason = declinedReason(error);
  if (reason !== undefined) return { verdict: 'declined', reason };
  return failed({ where, what: 'error', expected: 'no error', got: firstLine(error) });
}

/** What a call gave, or threw on purpose. */
interface Raised {
  readonly value?: unknown;
  readonly error?: unknown;
}

async function raised(call: () => unknown): Promise<Raised> {
  try {
    return { value: await call() };
  } catch (error) {
    if (error instanceof MissingOp) throw error;
    return { error };
  }
}

/** Where devices report bad values with the next read, that is the time to hear of them. */
async function settled(output: unknown): Promise<void> {
  for (const tensor of byPath(output, 'out').values()) await tensor.toTypedArrayAsync();
}

function judgeError([type, text]: readonly [string, string], { error, value }: Raised): SampleOutcome {
  const expected = `${type}: ${text}`;
  if (error === undefined) {
    return failed({
      where: 'call',
      what: 'error',
      expected,
      got: isTensor(value) ? 'a tensor' : String(value),
    });
  }
  // A backend may refuse the dtype before anything else is looked at.
  const refusal = declinedReason(error);
  if (refusal !== undefined) return { verdict: 'declined', reason: refusal };
  const isNamed = error instanceof torch.TensorError || error instanceof BindError;
  const got = `${(error as Error).name}: ${(error as Error).message}`;
  if (isNamed && comparable(got) === comparable(expected))
    return { verdict: 'passed', ulp: 0, byReference: false };
  return failed({ where: 'call', what: 'error', expected, got: isNamed ? got : `not on purpose: ${got}` });
}

/** Without the list of PyTorch's own overloads, which is about Python's signatures. */
function comparable(text: string): string {
  return text.split(', but expected one of:', 1)[0]!;
}

function judge(...comparisons: readonly Comparison[]): SampleOutcome {
  const { differences, ulp, byReference = false } = together(comparisons);
  return differences.length === 0
    ? { verdict: 'passed', ulp, byReference }
    : { verdict: 'failed', differences, ulp };
}

function failed(difference: Difference): SampleOutcome {
  return { verdict: 'failed', differences: [difference], ulp: 0 };
}

async function compareOutput(
  op: string,
  sample: SampleRecord,
  output: unknown,
  options: CompareOptions,
): Promise<Comparison> {
  const { processed_output: processed } = sample;
  if (processed === undefined) {
    const recorded = sample.output ?? null;
    const expected = isUnordered(op, sample)
      ? await inOrderOf(recorded, output, sample)
      : await withOurTies(op, recorded, output, sample);
    return compareValue('output', expected, output, { ...options, contents: hasContents(op) });
  }
  return compareValue('processed output', processed, processedLike(op, output, processed), options);
}

/** The output as it was recorded: what OpInfo makes of it, where it is only defined up to a choice. */
export function processedLike(op: string, output: unknown, recorded: ValueRecord): unknown {
  const parts = isTagged(recorded) && recorded.$ === 'tuple' ? recorded.v : [recorded];
  const [first] = parts;
  const rank = first !== undefined && isTensorRecord(first) ? first.shape.length : 0;
  return processOutput(op, output, parts.length, rank);
}

/** Pulls the recorded cotangents back and compares what arrives at each leaf. */
async function compareGradients(
  op: string,
  sample: SampleRecord,
  call: DecodedCall,
  output: unknown,
  options: CompareOptions,
): Promise<Comparison> {
  const { cotangents, grad_targets: targets, grads, processed_output: processed } = sample;
  if (cotangents === undefined || targets === undefined || grads === undefined)
    return { differences: [], ulp: 0 };
  const outputs = byPath(processed === undefined ? output : processedLike(op, output, processed), 'out');
  const roots: torch.Tensor[] = [];
  const gradOutputs: torch.Tensor[] = [];
  for (const [path, cotangent] of Object.entries(cotangents)) {
    const root = outputs.get(path);
    // A missing or detached root has been reported with the output.
    if (root?.requiresGrad !== true || String(root.shape) !== String(cotangent.shape)) continue;
    roots.push(root);
    gradOutputs.push(decodeTensor(cotangent));
  }
  if (roots.length === 0) return { differences: [], ulp: 0 };
  const leaves = targets.map((path) => call.leaves.get(path)!);
  const pull = (createGraph: boolean): Promise<(torch.Tensor | null)[]> =>
    torch.awaitReads(() =>
      torch.grad(roots, leaves, { gradOutputs, allowUnused: true, retainGraph: true, createGraph }),
    );
  const ours = await pull(false);
  const derivatives = isDeterminant(op) ? await pull(true) : [];
  const parts: Comparison[] = [];
  for (const [i, path] of targets.entries()) {
    const [recorded = null, got = null, derivative = null] = [grads[i], ours[i], derivatives[i]];
    const expected =
      recorded !== null && got !== null && derivative !== null
        ? await orDerivative(recorded, got, derivative)
        : recorded;
    parts.push(await compareGrad(path, expected, got, options));
  }
  return together(parts);
}

async function compareGrad(
  path: string,
  expected: TensorRecord | null,
  got: torch.Tensor | null,
  options: CompareOptions,
): Promise<Comparison> {
  const where = `grad of ${path}`;
  if (expected !== null) return compareTensor(where, expected, got, options);
  if (got === null) return { differences: [], ulp: 0 };
  return { differences: [{ where, what: 'kind', expected: 'none: not used', got: 'a gradient' }], ulp: 0 };
}

/** Tensors of a result by paths such as `out`, `out[1]`. */
export function byPath(
  value: unknown,
  path: string,
  found: Map<string, torch.Tensor> = new Map(),
): Map<string, torch.Tensor> {
  if (isTensor(value)) found.set(path, value);
  else for (const [i, item] of (resultItems(value) ?? []).entries()) byPath(item, `${path}[${i}]`, found);
  return found;
}

function firstLine(error: unknown): string {
  return String(error).split('\n', 1)[0]!.slice(0, 300);
}
