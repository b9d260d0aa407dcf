import { cast, type DType, load, type ScanCombine } from '@taimatsu/core/backend';
import { expressionFunction } from './expression.ts';
import { elementwise, grouped, type KernelText, kernelText } from './module.ts';
import { scanState } from './scan-state.ts';
import { wordType } from './types.ts';
import { WordNames, walkNest } from './words.ts';

/** Invocations that walk a line together, each a stretch of it at a time. */
const LANES = 64;
const STRETCH = 4;

/** Lines up to here are walked by one invocation each, in order. */
export const SHORT_LINE = 256;

/** An invocation for each short line, a workgroup for others. Launch data: lines, length, two starts, two strides, nest. */
export function scanText(
  combine: ScanCombine,
  input: DType,
  output: DType,
  rank: number,
  short: boolean,
): KernelText {
  const { functions, own, none, beside, entering, step, stored } = scanState(combine, input, output);
  const names = new WordNames();
  const [lines, length] = [names.unsigned(), names.unsigned()];
  const starts = names.several(2);
  const strides = names.several(2);
  const nest = names.nest(rank, 2);
  const convert = expressionFunction(cast(load(0, input), own), {
    name: 'convert',
    names: new WordNames(),
    params: [],
  });
  const locate = (line: string): string => `var out_at = ${starts[0]};
  var in_at = ${starts[1]};
  ${walkNest(nest, line, ['out_at', 'in_at'])}`;
  const element = `convert(0, source[in_at + i32(k) * ${strides[1]}])`;
  const take = `let x = ${own === 'bool' ? `select(0i, 1i, ${element})` : element};
      let x_beside = ${entering('k')};
      ${step('acc', 'acc_beside', 'x', 'x_beside')}`;
  const store = `out[out_at + i32(k) * ${strides[0]}] = ${stored('acc', 'acc_beside')};`;
  const begin = (name: string): string => `var ${name} = ${none[0]};\n    var ${name}_beside = ${none[1]};`;
  const lane = (index: string): string => `let x = values[${index}];
      let x_beside = besides[${index}];`;

  const walk = `${locate('id')}
  ${begin('acc')}
  for (var k = 0u; k < ${length}; k++) {
      ${take}
      ${store}
  }`;
  // Each lane joins its stretch, the lanes' results are joined to running ones, and each lane goes over its stretch again.
  const together = `${locate('group')}
  ${begin('carry')}
  for (var block = 0u; block < ${length}; block += ${LANES * STRETCH}u) {
    let first = block + lane * ${STRETCH}u;
    let end = min(first + ${STRETCH}u, ${length});
    ${begin('acc')}
    for (var k = first; k < end; k++) {
      ${take}
    }
    values[lane] = acc;
    besides[lane] = acc_beside;
    workgroupBarrier();
    for (var distance = 1u; distance < ${LANES}u; distance *= 2u) {
      ${begin('before')}
      if (lane >= distance) { before = values[lane - distance]; before_beside = besides[lane - distance]; }
      workgroupBarrier();
      if (lane >= distance) {
        ${lane('lane')}
        ${step('before', 'before_beside', 'x', 'x_beside')}
        values[lane] = before;
        besides[lane] = before_beside;
      }
      workgroupBarrier();
    }
    acc = carry;
    acc_beside = carry_beside;
    if (lane > 0u) {
      ${lane('lane - 1u')}
      ${step('acc', 'acc_beside', 'x', 'x_beside')}
    }
    for (var k = first; k < end; k++) {
      ${take}
      ${store}
    }
    ${lane(`${LANES - 1}u`)}
    ${step('carry', 'carry_beside', 'x', 'x_beside')}
    workgroupBarrier();
  }`;
  const main = short
    ? elementwise(lines, walk)
    : `var<workgroup> values: array<${wordType(own)}, ${LANES}>;
var<workgroup> besides: array<${beside}, ${LANES}>;
${grouped(LANES, lines, together)}`;
  const bindings = [
    { name: 'out', type: wordType(output), write: true },
    { name: 'source', type: wordType(input) },
  ];
  return kernelText(`scan ${combine} ${input}`, bindings, [functions, convert.text, main].join('\n'));
}
