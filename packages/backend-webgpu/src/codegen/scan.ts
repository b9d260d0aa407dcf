import { cast, type DType, load, type ScanCombine } from '@taimatsu/core/backend';
import { expressionFunction } from './expression.ts';
import { type Binding, elementwise, grouped, type KernelText, kernelText } from './module.ts';
import { scanState } from './scan-state.ts';
import { wordType } from './types.ts';
import { WordNames, walkNest } from './words.ts';

/** Invocations that walk elements together, each a stretch of them at a time. */
const LANES = 64;
const STRETCH = 4;

/** Elements that a workgroup walks at a time. */
export const SCAN_BLOCK: number = LANES * STRETCH;

/**
 * What a kernel of a scan does.
 *
 * - `whole`: lines, from the first element to the last
 * - `part`: the total of each part of a line, which is left in scratch memory
 * - `rest`: running totals of a line's parts, in their place
 * - `last`: the parts, each from the running total before it
 */
export type ScanStage = 'whole' | 'part' | 'rest' | 'last';

/**
 * The text of a stage; `alone` where each invocation walks by itself, in order, otherwise a workgroup does together.
 * Launch data: lines, length, parts, elements in a part; starts of output and input, their strides, their nest.
 */
export function scanText(
  combine: ScanCombine,
  input: DType,
  output: DType,
  rank: number,
  stage: ScanStage,
  alone: boolean,
): KernelText {
  const { functions, own, none, beside, entering, step, stored } = scanState(combine, input, output);
  const names = new WordNames();
  const [lines, length, parts, share] = [
    names.unsigned(),
    names.unsigned(),
    names.unsigned(),
    names.unsigned(),
  ];
  const starts = names.several(2);
  const strides = names.several(2);
  const nest = names.nest(rank, 2);
  const convert = expressionFunction(cast(load(0, input), own), {
    name: 'convert',
    names: new WordNames(),
    params: [],
  });
  const inParts = stage === 'part' || stage === 'last';
  const count = inParts ? `(${lines} * ${parts})` : lines;
  const job = alone ? 'id' : 'group';
  const begin = (name: string): string => `var ${name} = ${none[0]};\n    var ${name}_beside = ${none[1]};`;
  const join = (name: string, x: string, x_beside: string): string => `{
        let x = ${x};
        let x_beside = ${x_beside};
        ${step(name, `${name}_beside`, 'x', 'x_beside')}
      }`;
  const total = (index: string): [string, string] => [`totals[${index}]`, `total_besides[${index}]`];
  const keep = (index: string): string =>
    `totals[${index}] = acc;\n      total_besides[${index}] = acc_beside;`;

  const element = `convert(0, source[in_at + i32(k) * ${strides[1]}])`;
  const at = `line * ${parts} + k`;
  const take =
    stage === 'rest'
      ? join('acc', ...total(at))
      : join('acc', own === 'bool' ? `select(0i, 1i, ${element})` : element, entering('k'));
  const store =
    stage === 'rest' ? keep(at) : `out[out_at + i32(k) * ${strides[0]}] = ${stored('acc', 'acc_beside')};`;
  // `begin` and `end` bound what is walked; `carry` is the state before.
  const setting = `let line = ${inParts ? `${job} / ${parts}` : job};
  let begin = ${inParts ? `(${job} % ${parts}) * ${share}` : '0u'};
  let end = ${stage === 'rest' ? parts : inParts ? `min(begin + ${share}, ${length})` : length};
  var out_at = ${starts[0]};
  var in_at = ${starts[1]};
  ${walkNest(nest, 'line', ['out_at', 'in_at'])}
  ${begin('carry')}
  ${stage === 'last' ? `if (begin > 0u) { ${join('carry', ...total(`${job} - 1u`))} }` : ''}
  var acc = carry;
  var acc_beside = carry_beside;`;

  // Each lane joins its stretch, the lanes' results are joined to running ones, and each lane goes over its stretch again.
  const lane = (index: string): [string, string] => [`values[${index}]`, `besides[${index}]`];
  const leave = (name: string): string => `values[lane] = ${name};\n    besides[lane] = ${name}_beside;`;
  const together = `for (var block = begin; block < end; block += ${SCAN_BLOCK}u) {
    let first = block + lane * ${STRETCH}u;
    let stop = min(first + ${STRETCH}u, end);
    acc = ${none[0]};
    acc_beside = ${none[1]};
    for (var k = first; k < stop; k++) { ${take} }
    ${leave('acc')}
    workgroupBarrier();
    for (var distance = 1u; distance < ${LANES}u; distance *= 2u) {
      ${begin('before')}
      if (lane >= distance) { before = values[lane - distance]; before_beside = besides[lane - distance]; }
      workgroupBarrier();
      if (lane >= distance) {
        ${join('before', ...lane('lane'))}
        ${leave('before')}
      }
      workgroupBarrier();
    }
    acc = carry;
    acc_beside = carry_beside;
    if (lane > 0u) { ${join('acc', ...lane('lane - 1u'))} }
    for (var k = first; k < stop; k++) {
      ${take}
      ${store}
    }
    ${join('carry', ...lane(`${LANES - 1}u`))}
    workgroupBarrier();
  }`;
  // Nobody needs the states on the way to a total, so lanes read side by side.
  const folded = `for (var k = begin + lane; k < end; k += ${LANES}u) { ${take} }
  ${leave('acc')}
  workgroupBarrier();
  for (var distance = ${LANES / 2}u; distance > 0u; distance /= 2u) {
    if (lane < distance) {
      ${join('acc', ...lane('lane + distance'))}
      ${leave('acc')}
    }
    workgroupBarrier();
  }
  if (lane == 0u) { ${keep(job)} }`;
  const walked = `for (var k = begin; k < end; k++) {
      ${take}
      ${stage === 'part' ? '' : store}
  }
  ${stage === 'part' ? keep(job) : ''}`;
  const main = alone
    ? elementwise(count, `${setting}\n  ${walked}`)
    : `var<workgroup> values: array<${wordType(own)}, ${LANES}>;
var<workgroup> besides: array<${beside}, ${LANES}>;
${grouped(LANES, count, `${setting}\n  ${stage === 'part' ? folded : together}`)}`;

  const bindings: Binding[] = [];
  if (stage !== 'whole') {
    const write = stage !== 'last';
    bindings.push({ name: 'totals', type: wordType(own), write });
    bindings.push({ name: 'total_besides', type: beside, write });
  }
  if (stage === 'whole' || stage === 'last')
    bindings.push({ name: 'out', type: wordType(output), write: true });
  if (stage !== 'rest') bindings.push({ name: 'source', type: wordType(input) });
  return kernelText(`scan ${combine} ${input}`, bindings, [functions, convert.text, main].join('\n'));
}
