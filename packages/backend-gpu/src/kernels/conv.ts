import {
  type ConvMode,
  type ConvPlan,
  type DType,
  type Kernels,
  load,
  s,
  type Triple,
} from '@taimatsu/core/backend';
import { type Dialect, int, type NativeFunction, native } from '../dialect/dialect.ts';
import { scalarFunction } from '../dialect/scalar.ts';
import { bufferOf } from '../memory.ts';
import type { Launcher } from '../program/launcher.ts';

const axes = [0, 1, 2] as const;

/** What all modes are told of the geometry, in this order. */
const geometry = [
  'groups',
  'inChannels',
  'outChannels',
  ...['in', 'ker', 'out', 'stride', 'pad', 'dil'].flatMap((name) => axes.map((d) => `${name}${d}`)),
] as const;

function geometryOf(plan: ConvPlan): readonly number[] {
  const triples: readonly Triple[] = [
    plan.input,
    plan.kernel,
    plan.output,
    plan.stride,
    plan.padding,
    plan.dilation,
  ];
  return [plan.groups, plan.inChannels, plan.outChannels, ...triples.flat()];
}

const volume = (triple: Triple): number => triple[0] * triple[1] * triple[2];

/** How many products each element sums, and how many elements there are. */
function sizes(mode: ConvMode, plan: ConvPlan): readonly [terms: number, results: number] {
  const { batch, groups, inChannels, outChannels } = plan;
  if (mode === 'forward') {
    return [inChannels * volume(plan.kernel), batch * groups * outChannels * volume(plan.output)];
  }
  if (mode === 'input')
    return [outChannels * volume(plan.kernel), batch * groups * inChannels * volume(plan.input)];
  return [batch * volume(plan.output), groups * outChannels * inChannels * volume(plan.kernel)];
}

/**
 * Each element of the result is a sum of products. `termA` and `termB` say where the k-th product's factors are, or -1
 * where there is none.
 */
export function makeConv(launcher: Launcher): Kernels['conv'] {
  const { memory, dialect, engine } = launcher;
  return (mode, plan, out, a, b) => {
    const [terms, results] = sizes(mode, plan);
    launcher.launch(
      `conv ${mode} ${a.dtype} ${out.dtype}`,
      out,
      [results],
      [1],
      [
        { name: 'a', texels: memory.texels(bufferOf(a)), offset: a.offset, strides: [0] },
        { name: 'b', texels: memory.texels(bufferOf(b)), offset: b.offset, strides: [0] },
        { name: 'own', offset: 0, strides: [1] },
      ],
      [terms, ...geometryOf(plan)],
      () => ({
        extra: [['terms', 'int'], ...geometry.map((name) => [name, 'int'] as const)],
        functions: [
          term(dialect, 'termA', mode, 'a'),
          term(dialect, 'termB', mode, 'b'),
          product(dialect, a.dtype),
          scalarFunction(dialect, 'stored', s.cast(load(0, sumDtype(a.dtype)), out.dtype), 1, []),
        ],
        body: (at) => [
          dialect.declare('int32', 'mine', at('own')),
          dialect.declare('int32', 'beginA', at('a')),
          dialect.declare('int32', 'beginB', at('b')),
          dialect.declare('float32', 'total', dialect.literal(0, 'float32')),
          dialect.declare('float32', 'block', dialect.literal(0, 'float32')),
          dialect.loop('k', '0', 'terms', [
            dialect.declare('int32', 'i', `termA(mine, k, ${geometry.join(', ')})`),
            'if (i >= 0) {',
            dialect.declare('int32', 'j', `termB(mine, k, ${geometry.join(', ')})`),
            `block = block + product(${engine.read('a', 'beginA + i')}, ${engine.read('b', 'beginB + j')});`,
            '}',
            `if (k - ${dialect.quotient('k', '32')} * 32 == 31) {`,
            'total = total + block;',
            `block = ${dialect.literal(0, 'float32')};`,
            '}',
          ]),
          'return stored(total + block);',
        ],
      }),
    );
  };
}

const sumDtype = (dtype: DType): DType => (dtype === 'float32' ? dtype : 'int32');

function product(dialect: Dialect, dtype: DType): NativeFunction {
  return scalarFunction(dialect, 'product', s.mul(load(0, dtype), load(1, dtype)), 2, []);
}

/** Where the factor of `operand` is for result `t` and term `k`. */
function term(dialect: Dialect, name: string, mode: ConvMode, operand: 'a' | 'b'): NativeFunction {
  const lines: string[] = [];
  const set = (variable: string, value: string): void => {
    lines.push(dialect.declare('int32', variable, value));
  };
  /** Takes the last coordinate off `from`. */
  const take = (variable: string, from: string, size: string): void => {
    set(`${variable}q`, dialect.quotient(from, size));
    set(variable, `${from} - ${variable}q * ${size}`);
    lines.push(`${from} = ${variable}q;`);
  };
  const takeAll = (prefix: string, from: string, size: string): void => {
    for (const d of [2, 1, 0]) take(`${prefix}${d}`, from, `${size}${d}`);
  };
  set('r', 't');
  set('c', 'k');
  if (mode === 'forward') {
    takeAll('o', 'r', 'out');
    take('oc', 'r', 'outChannels');
    take('g', 'r', 'groups');
    takeAll('w', 'c', 'ker');
    set('ic', 'c');
    set('n', 'r');
  } else if (mode === 'input') {
    takeAll('i', 'r', 'in');
    take('ic', 'r', 'inChannels');
    take('g', 'r', 'groups');
    takeAll('w', 'c', 'ker');
    set('oc', 'c');
    set('n', 'r');
  } else {
    takeAll('w', 'r', 'ker');
    take('ic', 'r', 'inChannels');
    take('oc', 'r', 'outChannels');
    set('g', 'r');
    takeAll('o', 'c', 'out');
    set('n', 'c');
  }
  for (const d of axes) {
    if (mode === 'input') {
      set(`u${d}`, `i${d} + pad${d} - w${d} * dil${d}`);
      lines.push(`if (u${d} < 0) return -1;`);
      set(`o${d}`, dialect.quotient(`u${d}`, `stride${d}`));
      lines.push(`if (u${d} != o${d} * stride${d} || o${d} >= out${d}) return -1;`);
    } else {
      set(`i${d}`, `o${d} * stride${d} - pad${d} + w${d} * dil${d}`);
      lines.push(`if (i${d} < 0 || i${d} >= in${d}) return -1;`);
    }
  }
  const at = (prefix: string, size: string, lead: string): string =>
    `(((${lead}) * ${size}0 + ${prefix}0) * ${size}1 + ${prefix}1) * ${size}2 + ${prefix}2`;
  const places = {
    input: at('i', 'in', '(n * groups + g) * inChannels + ic'),
    weight: at('w', 'ker', '(g * outChannels + oc) * inChannels + ic'),
    output: at('o', 'out', '(n * groups + g) * outChannels + oc'),
  };
  const factors = {
    forward: { a: 'input', b: 'weight' },
    input: { a: 'output', b: 'weight' },
    weight: { a: 'input', b: 'output' },
  } as const;
  lines.push(`return ${places[factors[mode][operand]]};`);
  return native(dialect, name, 'int32', [int('t'), int('k'), ...geometry.map(int)], lines);
}
