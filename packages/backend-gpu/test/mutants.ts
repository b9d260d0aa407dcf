import type { ScalarOp } from '@taimatsu/core/backend';
import type { Dialect, OpText } from '../src/dialect/dialect.ts';
import { glsl3 } from '../src/dialect/glsl.ts';

/** A dialect that trusts the shader, or gpu.js, in one thing: the case of this name has to notice. */
export interface Mutant {
  readonly noticedBy: string;
  readonly changes: Partial<Dialect>;
}

/** Operations as shaders have them, in place of what core makes of them. */
function naive(ops: Partial<Record<ScalarOp, OpText>>): Partial<Dialect> {
  const exact = new Set([...(glsl3.target.exact ?? []), ...(Object.keys(ops) as ScalarOp[])]);
  return { target: { ...glsl3.target, exact }, ops: { ...glsl3.ops, ...ops } };
}

/** A literal written otherwise. */
function literal(value: number, text: string): Partial<Dialect> {
  return {
    literal: (own, dtype) =>
      dtype === 'float32' && Object.is(own, value) ? text : original.literal(own, dtype),
  };
}

const original: Dialect = { ...glsl3 };

export const mutants: Readonly<Record<string, Mutant>> = {
  'loops cut at 1,000 iterations': {
    noticedBy: 'loops run past 1,000 iterations',
    changes: {
      loop: (variable, from, to, body) =>
        original.loop(variable, from, `(${to} < ${from} + 1000 ? ${to} : ${from} + 1000)`, body),
    },
  },
  'infinity as the largest float': {
    noticedBy: 'infinities as literals, scalars and elements',
    changes: literal(Number.POSITIVE_INFINITY, '3.4028234e38'),
  },
  'scalars without their sign': {
    noticedBy: 'NaN and the sign of zero as launch scalars',
    changes: { fromBits: (text) => `intBitsToFloat(${text} & 0x7fffffff)` },
  },
  'signs by comparison': {
    noticedBy: 'the sign of zero survives',
    changes: naive({ signbit: (_, a) => `(${a} < 0.0)` }),
  },
  'equality as neither less nor more': {
    noticedBy: 'NaN compares as nothing',
    changes: naive({ eq: (_, a, b) => `(!(${a} < ${b}) && !(${b} < ${a}))` }),
  },
  "the shader's max": {
    noticedBy: 'NaN wins in max and min',
    changes: naive({ max: (_, a, b) => `(${a} < ${b} ? ${b} : ${a})` }),
  },
  "the shader's pow": {
    noticedBy: 'powers of negatives',
    changes: naive({ pow: (dtype, a, b) => (dtype === 'int32' ? `tmPower(${a}, ${b})` : `pow(${a}, ${b})`) }),
  },
  'tanh from exponentials': {
    noticedBy: 'tanh and exp of large arguments',
    changes: naive({ tanh: (_, a) => `((exp(${a}) - exp(-${a})) / (exp(${a}) + exp(-${a})))` }),
  },
  'log that gives 0 where it has no value': {
    noticedBy: 'log at its edges',
    changes: naive({ log: (_, a) => `(${a} > 0.0 ? log(${a}) : 0.0)` }),
  },
  'expm1 by subtraction': {
    noticedBy: 'expm1 and log1p near 0',
    changes: naive({ expm1: (_, a) => `(exp(${a}) - 1.0)` }),
  },
  'log1p by addition': {
    noticedBy: 'expm1 and log1p near 0',
    changes: naive({ log1p: (_, a) => `log(1.0 + ${a})` }),
  },
  'quotients of integers by way of floats': {
    noticedBy: 'remainders of integers at 2^24',
    changes: {
      ops: {
        ...glsl3.ops,
        div: (dtype, a, b) =>
          dtype === 'int32' ? `int(float(${a}) * (1.0 / float(${b})))` : `(${a} / ${b})`,
      },
    },
  },
  'halves rounded up': {
    noticedBy: 'halves round to even',
    changes: naive({ round: (_, a) => `floor(${a} + 0.5)` }),
  },
};

/** Runs `body` with the dialect of WebGL 2 changed. */
export async function withMutant<T>(name: string, body: () => Promise<T>): Promise<T> {
  Object.assign(glsl3, mutants[name]!.changes);
  try {
    return await body();
  } finally {
    Object.assign(glsl3, original);
  }
}
