import { cast, type DType, dtypeInfo, load, type ScanCombine } from '@taimatsu/core/backend';
import { betterText, identityText, type Join, joinText } from './combine.ts';
import { expressionFunction } from './expression.ts';
import { grouped, type KernelText, kernelText } from './module.ts';
import { toWord, wordType } from './types.ts';
import { WordNames, walkNest } from './words.ts';

/** Invocations that walk a line together, each a stretch of it at a time. */
const LANES = 64;
const STRETCH = 4;

/** A workgroup for each line. Launch data: lines, length, two starts, two strides, nest. */
export function scanText(combine: ScanCombine, input: DType, output: DType, rank: number): KernelText {
  const arg = combine === 'argmax' || combine === 'argmin';
  const join: Join = combine === 'argmax' ? 'max' : combine === 'argmin' ? 'min' : combine;
  const own = arg ? dtypeInfo[input].compute : dtypeInfo[output].compute;
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
  const type = wordType(own);
  const identity = identityText(join, own);
  const asWord = (value: string): string => (own === 'bool' ? `select(0i, 1i, ${value})` : value);
  const step = (a: string, i: string, b: string, j: string): string =>
    arg
      ? `if (${j} >= 0 && (${i} < 0 || better(${a}, ${i}, ${b}, ${j}))) { ${a} = ${b}; ${i} = ${j}; }`
      : `${a} = join(${a}, ${b});`;
  const narrow: Partial<Record<DType, string>> = {
    uint8: '(acc & 255)',
    int8: '((acc << 24u) >> 24u)',
    int16: '((acc << 16u) >> 16u)',
    bool: '(acc != 0)',
  };
  const stored = arg ? 'found' : toWord(narrow[own] ?? 'acc', output);
  const combineText = arg ? betterText(join as 'max' | 'min', own, 'last') : joinText(join, own);
  const per = LANES * STRETCH;
  const body = `var out_at = ${starts[0]};
  var in_at = ${starts[1]};
  ${walkNest(nest, 'group', ['out_at', 'in_at'])}
  var carry = ${identity};
  var carry_place = -1i;
  for (var block = 0u; block < ${length}; block += ${per}u) {
    let first = block + lane * ${STRETCH}u;
    let end = min(first + ${STRETCH}u, ${length});
    var acc = ${identity};
    var found = -1i;
    for (var k = first; k < end; k++) {
      let x = ${asWord(`convert(0, source[in_at + i32(k) * ${strides[1]}])`)};
      let place = i32(k);
      ${step('acc', 'found', 'x', 'place')}
    }
    value_lanes[lane] = acc;
    place_lanes[lane] = found;
    workgroupBarrier();
    for (var step = 1u; step < ${LANES}u; step *= 2u) {
      var before = ${identity};
      var before_place = -1i;
      if (lane >= step) { before = value_lanes[lane - step]; before_place = place_lanes[lane - step]; }
      workgroupBarrier();
      if (lane >= step) {
        let x = value_lanes[lane];
        let place = place_lanes[lane];
        ${step('before', 'before_place', 'x', 'place')}
        value_lanes[lane] = before;
        place_lanes[lane] = before_place;
      }
      workgroupBarrier();
    }
    acc = carry;
    found = carry_place;
    if (lane > 0u) {
      let x = value_lanes[lane - 1u];
      let place = place_lanes[lane - 1u];
      ${step('acc', 'found', 'x', 'place')}
    }
    for (var k = first; k < end; k++) {
      let x = ${asWord(`convert(0, source[in_at + i32(k) * ${strides[1]}])`)};
      let place = i32(k);
      ${step('acc', 'found', 'x', 'place')}
      out[out_at + i32(k) * ${strides[0]}] = ${stored};
    }
    let whole = value_lanes[${LANES - 1}];
    let whole_place = place_lanes[${LANES - 1}];
    ${step('carry', 'carry_place', 'whole', 'whole_place')}
    workgroupBarrier();
  }`;
  return kernelText(
    `scan ${combine} ${input}`,
    [
      { name: 'out', type: wordType(output), write: true },
      { name: 'source', type: wordType(input) },
    ],
    `${combineText}
${convert.text}
var<workgroup> value_lanes: array<${type}, ${LANES}>;
var<workgroup> place_lanes: array<i32, ${LANES}>;
${grouped(LANES, lines, body)}`,
  );
}
