import * as torch from '@taimatsu/core';
import { isTensor } from '../tensors.ts';
import { MissingOp } from '../torch-call/missing.ts';
import { type DecodedCall, decodeCall, decodeTensor, Undecodable } from './decode.ts';
import type { CorpusFile, SampleRecord } from './format.ts';
import { outputsOf } from './forward.ts';
import { hasContents } from './opinfo.ts';

/** How an operator did under `vmap`. */
export interface ExamplesCount {
  readonly checked: number;
  /** Samples that `vmap` refuses, by the code of the error. */
  readonly refused: Readonly<Record<string, number>>;
  readonly failures: readonly { readonly sample: number; readonly error: string }[];
}

/**
 * Checks `vmap` on the default device by one law: what it gives for two examples stacked is what each of them gives, stacked.
 * The same for gradients pulled back through it. `most` samples of the file, evenly spread; each once with all of its
 * tensors stacked and once with the first alone.
 */
export function checkExamples(
  file: CorpusFile,
  most: number = Number.POSITIVE_INFINITY,
): ExamplesCount | undefined {
  const all = [...file.samples.entries()].filter(([, { error }]) => error === undefined);
  const step = Math.max(1, all.length / most);
  const chosen = all.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
  const failures: { sample: number; error: string }[] = [];
  const refused: Record<string, number> = {};
  let checked = 0;
  for (const [i, sample] of chosen) {
    for (const which of ['all', 'first'] as const) {
      try {
        const wrong = compare(file, sample, which);
        if (wrong === undefined) continue;
        checked++;
        if (wrong !== '') failures.push({ sample: i, error: `${which}: ${wrong}` });
      } catch (error) {
        if (error instanceof MissingOp || error instanceof Undecodable) return undefined;
        const code = error instanceof torch.TensorError ? error.code : '';
        if (code.startsWith('vmap/')) refused[code] = (refused[code] ?? 0) + 1;
        else failures.push({ sample: i, error: `${which}: ${String(error).slice(0, 300)}` });
      }
    }
  }
  return checked + failures.length + Object.keys(refused).length === 0
    ? undefined
    : { checked, refused, failures };
}

/** What is wrong, '' if nothing is, undefined where there is nothing to compare. */
function compare(file: CorpusFile, sample: SampleRecord, which: 'all' | 'first'): string | undefined {
  const call = decodeCall(sample);
  const tensors = tensorsIn([call.input, call.args, call.kwargs]);
  const stacked = which === 'all' ? tensors : tensors.slice(0, 1);
  if (stacked.length === 0) return undefined;
  const examples = [stacked.map((x) => x.detach()), stacked.map((x) => variant(x.detach()))];
  const wholes = stacked.map((x, i) =>
    torch.stack(examples.map((own) => own[i]!)).requiresGrad_(x.requiresGrad),
  );
  const expected = examples.map((own) => {
    const given = own.map((x, i) => x.clone().requiresGrad_(stacked[i]!.requiresGrad));
    return { given, outputs: run(file, sample, call, stacked, given) };
  });
  const got = torch.vmap((...given: torch.Tensor[]) =>
    Object.fromEntries(run(file, sample, call, stacked, given)),
  )(...wholes) as Readonly<Record<string, torch.Tensor>>;
  const paths = [...expected[0]!.outputs.keys()];
  if (paths.length === 0) return undefined;
  if (String(paths) !== String(Object.keys(got))) return `outputs ${Object.keys(got)}, not ${paths}`;
  for (const path of hasContents(file.op) ? paths : []) {
    const alone = torch.stack(expected.map(({ outputs }) => outputs.get(path)!.detach()));
    const wrong = difference(got[path]!.detach(), alone);
    if (wrong !== '') return `${path}: ${wrong}`;
  }
  return compareGradients(sample, expected, got, wholes);
}

interface Alone {
  readonly given: readonly torch.Tensor[];
  readonly outputs: ReadonlyMap<string, torch.Tensor>;
}

function compareGradients(
  { cotangents }: SampleRecord,
  expected: readonly Alone[],
  got: Readonly<Record<string, torch.Tensor>>,
  wholes: readonly torch.Tensor[],
): string {
  const paths = Object.keys(cotangents ?? {}).filter(
    (path) =>
      got[path]?.requiresGrad === true &&
      expected.every(({ outputs }) => outputs.get(path)?.requiresGrad === true),
  );
  if (paths.length === 0) return '';
  const weights = paths.map((path) => decodeTensor(cotangents![path]!));
  const leaves = wholes.flatMap((x, i) => (x.requiresGrad ? [i] : []));
  const pulled = torch.grad(
    paths.map((path) => got[path]!),
    leaves.map((i) => wholes[i]!),
    { gradOutputs: weights.map((w) => torch.stack([w, w])), allowUnused: true, materializeGrads: true },
  );
  const alone = expected.map(({ given, outputs }) =>
    torch.grad(
      paths.map((path) => outputs.get(path)!),
      leaves.map((i) => given[i]!),
      { gradOutputs: weights, allowUnused: true, materializeGrads: true },
    ),
  );
  for (const [k, own] of pulled.entries()) {
    const wrong = difference(own!, torch.stack(alone.map((grads) => grads[k]!)));
    if (wrong !== '') return `gradient ${leaves[k]}: ${wrong}`;
  }
  return '';
}

function run(
  file: CorpusFile,
  sample: SampleRecord,
  call: DecodedCall,
  replaced: readonly torch.Tensor[],
  given: readonly torch.Tensor[],
): Map<string, torch.Tensor> {
  // What the call changes in place must not be what the caller goes on with.
  const own = new Map(replaced.map((x, i) => [x, given[i]!.alias()]));
  return outputsOf(file, sample, call, own);
}

function tensorsIn(value: unknown): torch.Tensor[] {
  if (isTensor(value)) return [value];
  if (typeof value !== 'object' || value === null) return [];
  const parts = Object.values(value).flatMap(tensorsIn);
  return [...new Set(parts)];
}

/** Another example of the same kind: probabilities, indices and positive definite matrices stay what they are. */
function variant(x: torch.Tensor): torch.Tensor {
  return torch.isFloatingPoint(x.dtype) ? x.mul(0.9) : x.clone();
}

function difference(got: torch.Tensor, expected: torch.Tensor): string {
  if (String(got.shape) !== String(expected.shape)) return `shape [${got.shape}], not [${expected.shape}]`;
  if (got.dtype !== expected.dtype) return `${got.dtype}, not ${expected.dtype}`;
  // A gradient may take another way where one example cannot be looked at: the same up to rounding.
  const [rtol, atol] = got.dtype === 'float64' ? [1e-6, 1e-8] : [1e-4, 1e-5];
  const close = torch.allclose(got.to('float64'), expected.to('float64'), { rtol, atol, equalNan: true });
  return close ? '' : `${got.reshape(-1).slice(0, 0, 6)} instead of ${expected.reshape(-1).slice(0, 0, 6)}`;
}
