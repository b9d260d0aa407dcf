import type { Expr, Local } from '../../asm/index.ts';
import { f32, f32x4, f64x2 } from '../../asm/index.ts';
import type { RowProgram, RowTerms } from './program.ts';

type V = Expr<'v128'>;
type Element = 'f32' | 'f64';

const input = ({ inputs }: RowTerms, i: number): V => inputs[i] as V;

/**
 * Inputs: x, weight, bias (of row stride 0). Parameters: 1/length and epsilon, as float64. Saves the mean and the
 * reciprocal of the standard deviation.
 */
export function layerNorm(element: Element): RowProgram {
  const ops = element === 'f32' ? f32x4 : f64x2;
  const splat = (value: Local | undefined): V => {
    const number = value as Local<'f64'>;
    return element === 'f32' ? f32x4.splat(f32.demote_f64(number)) : f64x2.splat(number);
  };
  return {
    element,
    inputs: 3,
    params: ['f64', 'f64'],
    stages: [
      {
        combine: 'sum',
        map: (t) => input(t, 0),
        post: (sum, { args }) => ops.mul(sum, splat(args[0])),
        save: true,
      },
      {
        combine: 'sum',
        map: (t) => {
          const d = t.f.let(ops.sub(input(t, 0), t.results[0] as V));
          return ops.mul(d, d);
        },
        post: (sum, { args }) =>
          ops.div(ops.splat(1), ops.sqrt(ops.add(ops.mul(sum, splat(args[0])), splat(args[1])))),
        save: true,
      },
    ],
    output: (t) => {
      const normal = ops.mul(ops.sub(input(t, 0), t.results[0] as V), t.results[1] as V);
      return ops.add(ops.mul(normal, input(t, 1)), input(t, 2));
    },
  };
}

/**
 * The gradient by x. Inputs: gradient, x, weight (of row stride 0), the row's mean and reciprocal deviation are
 * computed anew. Parameters: 1/length and epsilon, as float64.
 */
export function layerNormGradient(element: Element): RowProgram {
  const forward = layerNorm(element);
  const ops = element === 'f32' ? f32x4 : f64x2;
  const splat = (value: Local | undefined): V => {
    const number = value as Local<'f64'>;
    return element === 'f32' ? f32x4.splat(f32.demote_f64(number)) : f64x2.splat(number);
  };
  const x = (t: RowTerms): RowTerms => ({ ...t, inputs: t.inputs.slice(1, 2) });
  const scaled = (t: RowTerms): V => ops.mul(input(t, 0), input(t, 2));
  const normal = (t: RowTerms): V => ops.mul(ops.sub(input(t, 1), t.results[0] as V), t.results[1] as V);
  const mean = (sum: V, args: readonly Local[]): V => ops.mul(sum, splat(args[0]));
  return {
    element,
    inputs: 3,
    params: ['f64', 'f64'],
    stages: [
      ...forward.stages.map(({ combine, map, post }) => ({
        combine,
        map: (t: RowTerms) => map(x(t)),
        ...(post === undefined ? {} : { post }),
      })),
      { combine: 'sum', map: scaled, post: (sum, { args }) => mean(sum, args) },
      { combine: 'sum', map: (t) => ops.mul(scaled(t), normal(t)), post: (sum, { args }) => mean(sum, args) },
    ],
    output: (t) => {
      const centred = ops.sub(scaled(t), t.results[2] as V);
      return ops.mul(ops.sub(centred, ops.mul(normal(t), t.results[3] as V)), t.results[1] as V);
    },
  };
}
