import { type DType, dtypeInfo } from '../dtype/index.ts';
import { cast, type Expr, exprKey, visit } from './expr.ts';

/**
 * A scalar expression with the dtypes of what it reads and writes: what backends compile, once.
 *
 * Kernels are interned: equal ones are the same object. `id` is small and dense, so that a backend keeps its
 * compiled kernels in a plain array indexed by it.
 */
export interface ScalarKernel {
  readonly id: number;
  readonly key: string;
  /** Storage dtypes of the inputs. */
  readonly inputs: readonly DType[];
  /** Dtypes of the launch scalars. */
  readonly params: readonly DType[];
  readonly body: Expr;
  /** Storage dtype of the result; the body's value is converted to it. */
  readonly output: DType;
  /** True when the body asks for the element's position, which needs a row-major walk. */
  readonly positional: boolean;
}

const interned = new Map<string, ScalarKernel>();

/** The kernel that stores `value` as `output`, converting it if it has another dtype. */
export function scalarKernel(value: Expr, output: DType): ScalarKernel {
  const body = cast(value, output);
  const key = `${output}=${exprKey(body)}`;
  const known = interned.get(key);
  if (known !== undefined) return known;
  const kernel: ScalarKernel = { id: interned.size, key, body, output, ...operandsOf(body) };
  interned.set(key, kernel);
  return kernel;
}

/** What an expression reads; an input or scalar that it skips still takes its place in the launch. */
export function operandsOf(body: Expr): Pick<ScalarKernel, 'inputs' | 'params' | 'positional'> {
  const inputs: DType[] = [];
  let positional = false;
  visit(body, (node) => {
    if (node.kind === 'load') inputs[node.input] = node.stored;
    else if (node.kind === 'position') positional = true;
  });
  return {
    inputs: Array.from(inputs, (dtype) => dtype ?? 'bool'),
    params: paramsOf(body),
    positional,
  };
}

/** Dtypes of the launch scalars that expressions share. */
export function paramsOf(...bodies: readonly Expr[]): readonly DType[] {
  const params: DType[] = [];
  for (const body of bodies) {
    visit(body, (node) => {
      if (node.kind === 'param') params[node.param] = node.dtype;
    });
  }
  return Array.from(params, (dtype) => dtype ?? 'float32');
}

/** The dtype in which a kernel's result is computed before it is stored. */
export function computeDtype(dtype: DType): DType {
  return dtypeInfo[dtype].compute;
}
