import type { Expr, FunctionBuilder } from '../../asm/index.ts';
import { f32x4, f64x2 } from '../../asm/index.ts';
import { f32x4Lanes, f64x2Lanes } from '../../lanes/index.ts';
import { exp, log } from '../../math/index.ts';
import type { RowProgram, RowTerms } from './program.ts';

type V = Expr<'v128'>;
type Element = 'f32' | 'f64';

const lanesOf = { f32: f32x4Lanes, f64: f64x2Lanes };
const opsOf = { f32: f32x4, f64: f64x2 };

const first = ({ inputs }: RowTerms): V => inputs[0] as V;
const second = ({ inputs }: RowTerms): V => inputs[1] as V;
const result = ({ results }: RowTerms, stage: number): V => results[stage] as V;

/** Input: x. */
export function softmax(element: Element): RowProgram {
  const ops = opsOf[element];
  return {
    element,
    inputs: 1,
    stages: [
      { combine: 'max', map: first },
      {
        combine: 'sum',
        map: (t) => exp(lanesOf[element](t.f), ops.sub(first(t), result(t, 0))),
        post: (sum) => ops.div(ops.splat(1), sum),
        keep: true,
      },
    ],
    output: (t) => ops.mul(t.kept as V, result(t, 1)),
  };
}

/** Input: x. */
export function logSoftmax(element: Element): RowProgram {
  const ops = opsOf[element];
  const on = (f: FunctionBuilder): ReturnType<typeof f32x4Lanes> => lanesOf[element](f);
  return {
    element,
    inputs: 1,
    stages: [
      { combine: 'max', map: first },
      {
        combine: 'sum',
        map: (t) => exp(on(t.f), ops.sub(first(t), result(t, 0))),
        post: (sum, { f }) => log(on(f), sum),
      },
    ],
    output: (t) => ops.sub(ops.sub(first(t), result(t, 0)), result(t, 1)),
  };
}

/** Inputs: gradient, softmax. */
export function softmaxGradient(element: Element): RowProgram {
  const ops = opsOf[element];
  return {
    element,
    inputs: 2,
    stages: [{ combine: 'sum', map: (t) => ops.mul(first(t), second(t)) }],
    output: (t) => ops.mul(second(t), ops.sub(first(t), result(t, 0))),
  };
}

/** Inputs: gradient, logSoftmax. */
export function logSoftmaxGradient(element: Element): RowProgram {
  const ops = opsOf[element];
  return {
    element,
    inputs: 2,
    stages: [{ combine: 'sum', map: first }],
    output: (t) => ops.sub(first(t), ops.mul(exp(lanesOf[element](t.f), second(t)), result(t, 0))),
  };
}
