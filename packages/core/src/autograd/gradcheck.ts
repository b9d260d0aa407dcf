import { type DType, isFloatingPoint } from '../dtype/index.ts';
import { fail, warn } from '../errors/index.ts';
import { formatTensor } from '../print/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { grad } from './backward.ts';
import { checkZeros } from './gradcheck-zeros.ts';
import { requiresGradOf } from './gradient-edge.ts';
import { noGrad } from './modes.ts';

/** Keyword arguments of {@link gradcheck}. */
export interface GradcheckOptions {
  /** Step of the central difference. Default 1e-6. */
  readonly eps?: number;
  /** Default 1e-5. */
  readonly atol?: number;
  /** Default 1e-3. */
  readonly rtol?: number;
  /** How far two runs of the same backward may differ. Default 0. */
  readonly nondetTol?: number;
  /** Whether to check that no gradient leaves where none arrives. Default true. */
  readonly checkUndefinedGrad?: boolean;
  /** Throws on failure instead of returning false. Default true. */
  readonly raiseException?: boolean;
}

/** A function whose gradients can be checked. */
export type Checkable = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

const asList = (value: Tensor | readonly Tensor[]): readonly Tensor[] =>
  Array.isArray(value) ? value : [value as Tensor];

/**
 * Compares the gradients of `fn` at `inputs` (float64, requiring gradients) with central differences, entry by entry of
 * the Jacobian: |analytical - numerical| ≤ atol + rtol · |numerical|. Backward must also give the same twice, and nothing
 * where nothing arrives.
 * @throws `autograd/gradcheck` naming the output and input, `autograd/gradcheck-inputs`, `autograd/gradcheck-strides`
 */
export function gradcheck(fn: Checkable, inputs: readonly Tensor[], options: GradcheckOptions = {}): boolean {
  const { eps = 1e-6, atol = 1e-5, rtol = 1e-3, nondetTol = 0 } = options;
  const { raiseException = true, checkUndefinedGrad = true } = options;
  const checked = inputs.filter((x) => isFloatingPoint(x.dtype) && requiresGradOf(x));
  if (checked.length === 0) fail('autograd/gradcheck-inputs', {});
  inputs.forEach((x, i) => {
    if (!checked.includes(x) || x.dtype === 'float64') return;
    warn(
      `Input #${i} requires gradient and is not a double precision floating point or complex. This check will likely fail if all the inputs are not of double precision floating point or complex. `,
    );
  });
  checked.forEach((x) => {
    const input = inputs.indexOf(x);
    if (x.strides.some((stride, d) => stride === 0 && x.shape[d]! > 1)) {
      fail('autograd/gradcheck-strides', { input });
    }
  });
  try {
    const outputs = asList(fn(...inputs));
    const differentiable = outputs.filter(requiresGradOf);
    if (differentiable.length === 0) requireFlat(fn, inputs, checked, outputs, eps);
    outputs.forEach((output, o) => {
      if (!requiresGradOf(output)) return;
      checked.forEach((input, i) => {
        const numerical = numericalJacobian(fn, inputs, input, o, eps);
        const analytical = analyticalJacobian(output, input, 1);
        compareRuns(analytical, analyticalJacobian(output, input, 1), nondetTol);
        const dtypes = { numerical: output.dtype, analytical: input.dtype };
        compare({ numerical, analytical }, dtypes, o, i, atol, rtol);
      });
    });
    if (differentiable.length > 0) checkZeros(differentiable, checked, checkUndefinedGrad);
    return true;
  } catch (error) {
    if (raiseException) throw error;
    return false;
  }
}

/** A function without differentiable outputs must not depend on its inputs. @throws `autograd/gradcheck` */
function requireFlat(
  fn: Checkable,
  inputs: readonly Tensor[],
  checked: readonly Tensor[],
  outputs: readonly Tensor[],
  eps: number,
): void {
  outputs.forEach((_, o) => {
    for (const input of checked) {
      if (numericalJacobian(fn, inputs, input, o, eps).every((column) => column.every((x) => x === 0)))
        continue;
      fail('autograd/gradcheck', { text: 'Numerical gradient for function expected to be zero' });
    }
  });
}

/**
 * Checks the gradients of the gradients: {@link gradcheck} of the backward pass, with random weights for the outputs.
 */
export function gradgradcheck(
  fn: Checkable,
  inputs: readonly Tensor[],
  options: GradcheckOptions & { readonly gradOutputs?: readonly Tensor[] } = {},
): boolean {
  const outputs = asList(fn(...inputs)).filter((x) => requiresGradOf(x));
  const weights = options.gradOutputs ?? outputs.map((x, i) => weightsFor(x, i));
  const wanted = inputs.filter((x) => isFloatingPoint(x.dtype) && requiresGradOf(x));
  const backward: Checkable = (...all) => {
    const again = asList(fn(...all.slice(0, inputs.length))).filter((x) => requiresGradOf(x));
    const sources = all.slice(0, inputs.length).filter((x) => wanted.includes(x));
    const grads = grad(again, sources, {
      gradOutputs: all.slice(inputs.length),
      createGraph: true,
      allowUnused: true,
    });
    return grads.filter((x): x is Tensor => x !== null);
  };
  return gradcheck(backward, [...inputs, ...weights], options);
}

/** Weights without structure that a wrong formula could hide behind, the same on every run. */
function weightsFor(output: Tensor, k: number): Tensor {
  return noGrad(() => {
    const n = output.numel();
    const angle = output
      .detach()
      .newArange(n)
      .to(output.dtype)
      .mul(1.7)
      .add(k + 0.3);
    return angle.sin().add(1.5).view(output.shape);
  }).requiresGrad_(true);
}

/** Column by column: how output number `o` changes with each element of `input`. */
function numericalJacobian(
  fn: Checkable,
  inputs: readonly Tensor[],
  input: Tensor,
  o: number,
  eps: number,
): number[][] {
  // Recording stays on: the function may itself ask for gradients.
  const evaluate = (): number[] => {
    const out = asList(fn(...inputs))
      [o]!.detach()
      .to('float64');
    return Array.from(out.toElements() as Float64Array);
  };
  const original = Array.from(input.detach().toElements() as Float64Array);
  return original.map((value, k) => {
    setElement(input, k, value + eps);
    const above = evaluate();
    setElement(input, k, value - eps);
    const below = evaluate();
    setElement(input, k, value);
    return above.map((y, j) => (y - below[j]!) / (2 * eps));
  });
}

/** Writes one element by its row-major number without autograd noticing. */
function setElement(input: Tensor, k: number, value: number): void {
  let rest = k;
  let offset = input.offset;
  for (let d = input.ndim - 1; d >= 0; d--) {
    offset += (rest % input.shape[d]!) * input.strides[d]!;
    rest = Math.floor(rest / input.shape[d]!);
  }
  input.storage.write(offset, Float64Array.of(value));
}

/** The same Jacobian by backward runs, one per output element. */
function analyticalJacobian(output: Tensor, input: Tensor, scale: number): number[][] {
  const outs = output.numel();
  const columns: number[][] = Array.from({ length: input.numel() }, () => new Array<number>(outs).fill(0));
  for (let j = 0; j < outs; j++) {
    const seed = noGrad(() => {
      const zeros = output.detach().newZeros([outs]);
      zeros.storage.write(j, Float64Array.of(scale));
      return zeros.view(output.shape);
    });
    const [row] = grad(output, input, { gradOutputs: seed, retainGraph: true, allowUnused: true });
    if (row === null || row === undefined) continue;
    (row.detach().toElements() as Float64Array).forEach((value, k) => {
      columns[k]![j] = value;
    });
  }
  return columns;
}

function compareRuns(first: number[][], second: number[][], tolerance: number): void {
  first.forEach((column, k) => {
    column.forEach((value, j) => {
      if (Math.abs(value - second[k]![j]!) > tolerance) {
        fail('autograd/gradcheck', {
          text: `Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives different values, although analytical gradient matches numerical gradient.The tolerance for nondeterminism was ${tolerance.toFixed(1)}.`,
        });
      }
    });
  });
}

function compare(
  { numerical, analytical }: { readonly numerical: number[][]; readonly analytical: number[][] },
  dtypes: { readonly numerical: DType; readonly analytical: DType },
  output: number,
  input: number,
  atol: number,
  rtol: number,
): void {
  const close = (a: number, n: number): boolean =>
    Object.is(a, n) || a === n || Math.abs(a - n) <= atol + rtol * Math.abs(n);
  if (numerical.every((column, k) => column.every((n, j) => close(analytical[k]![j]!, n)))) return;
  fail('autograd/gradcheck', {
    text: `Jacobian mismatch for output ${output} with respect to input ${input},\nnumerical:${matrixText(numerical, dtypes.numerical)}\nanalytical:${matrixText(analytical, dtypes.analytical)}\n`,
  });
}

function matrixText(matrix: number[][], dtype: DType): string {
  const columns = matrix[0]?.length ?? 0;
  const round = dtype === 'float32' ? Math.fround : (x: number): number => x;
  return formatTensor({
    shape: [matrix.length, columns],
    dtype,
    at: (i) => round(matrix[Math.floor(i / columns)]![i % columns]!),
  });
}
