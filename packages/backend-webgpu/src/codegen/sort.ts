import type { DType } from '@taimatsu/core/backend';
import { elementwise, grouped, type KernelText, kernelText } from './module.ts';
import { wordType } from './types.ts';
import { WordNames, walkNest } from './words.ts';

/** Pairs that a workgroup sorts by itself. */
export const SORT_BLOCK = 512;
const LANES = SORT_BLOCK / 2;

/** Keys in the order of the values, padded with the greatest; launch data: lines, length, padded, flip, start, stride, nest. */
export function sortKeysText(dtype: DType, rank: number): KernelText {
  const names = new WordNames();
  const [lines, length, padded, flip] = [
    names.unsigned(),
    names.unsigned(),
    names.unsigned(),
    names.unsigned(),
  ];
  const [start, stride] = [names.int(), names.int()];
  const nest = names.nest(rank, 1);
  const type = wordType(dtype);
  return kernelText(
    `sort ${dtype}: keys`,
    [
      { name: 'keys', type: 'u32', write: true },
      { name: 'order', type: 'u32', write: true },
      { name: 'source', type },
    ],
    elementwise(
      `(${lines} * ${padded})`,
      `let line = id / ${padded};
  let k = id % ${padded};
  order[id] = k;
  if (k >= ${length}) { keys[id] = 0xffffffffu; continue; }
  var at = ${start} + i32(k) * ${stride};
  ${walkNest(nest, 'line', ['at'])}
  keys[id] = order_${type}(source[at]) ^ ${flip};`,
    ),
  );
}

/** The pair at `i` comes after that at `j`; no two are equal, so the order is stable. */
const after = (i: string, j: string): string =>
  `(key[${i}] > key[${j}] || (key[${i}] == key[${j}] && number[${i}] > number[${j}]))`;

/**
 * A bitonic network's stages that fit a workgroup: all of them up to blocks of `SORT_BLOCK` pairs when `first`, else those
 * that end the merge of blocks of `size`. Launch data: pairs; the padded length when `first`, else `size`.
 */
export function sortBlockText(first: boolean): KernelText {
  const names = new WordNames();
  const [pairs, size] = [names.unsigned(), names.unsigned()];
  const stages = (
    merge: string,
    down: string,
  ): string => `for (var step = ${merge} / 2u; step > 0u; step /= 2u) {
      let i = (lane / step) * step * 2u + lane % step;
      let j = i + step;
      let down = ${down};
      if (${after('i', 'j')} != down) {
        let k = key[i]; key[i] = key[j]; key[j] = k;
        let n = number[i]; number[i] = number[j]; number[j] = n;
      }
      workgroupBarrier();
    }`;
  const network = first
    ? `for (var merge = 2u; merge <= ${SORT_BLOCK}u; merge *= 2u) {
    ${stages('merge', `((base + i) & merge) != 0u && merge < ${size}`)}
  }`
    : stages(`${SORT_BLOCK}u`, `((base + i) & ${size}) != 0u`);
  return kernelText(
    'sort: block',
    [
      { name: 'keys', type: 'u32', write: true },
      { name: 'order', type: 'u32', write: true },
    ],
    `var<workgroup> key: array<u32, ${SORT_BLOCK}>;
var<workgroup> number: array<u32, ${SORT_BLOCK}>;
${grouped(
  LANES,
  `(${pairs} / ${SORT_BLOCK}u)`,
  `let base = group * ${SORT_BLOCK}u;
  for (var e = lane; e < ${SORT_BLOCK}u; e += ${LANES}u) { key[e] = keys[base + e]; number[e] = order[base + e]; }
  workgroupBarrier();
  ${network}
  for (var e = lane; e < ${SORT_BLOCK}u; e += ${LANES}u) { keys[base + e] = key[e]; order[base + e] = number[e]; }`,
)}`,
  );
}

/** Keys after which nothing comes. Launch data: pairs. */
export function lastKeysText(): KernelText {
  return kernelText(
    'sort: last keys',
    [
      { name: 'keys', type: 'u32', write: true },
      { name: 'order', type: 'u32', write: true },
    ],
    elementwise(new WordNames().unsigned(), 'keys[id] = 0xffffffffu; order[id] = id;'),
  );
}

/** One stage between blocks. Launch data: pairs, size, step. */
export function sortStageText(): KernelText {
  const names = new WordNames();
  const [pairs, size, step] = [names.unsigned(), names.unsigned(), names.unsigned()];
  return kernelText(
    'sort: stage',
    [
      { name: 'key', type: 'u32', write: true },
      { name: 'number', type: 'u32', write: true },
    ],
    elementwise(
      `(${pairs} / 2u)`,
      `let i = (id / ${step}) * ${step} * 2u + id % ${step};
  let j = i + ${step};
  let down = (i & ${size}) != 0u;
  if (${after('i', 'j')} != down) {
    let k = key[i]; key[i] = key[j]; key[j] = k;
    let n = number[i]; number[i] = number[j]; number[j] = n;
  }`,
    ),
  );
}

/** Values and indices from sorted numbers. Launch data: lines, length, padded, three starts, three strides, nest. */
export function sortStoreText(rank: number): KernelText {
  const names = new WordNames();
  const [lines, length, padded] = [names.unsigned(), names.unsigned(), names.unsigned()];
  const starts = names.several(3);
  const strides = names.several(3);
  const nest = names.nest(rank, 3);
  const places = ['values_at', 'indices_at', 'source_at'];
  return kernelText(
    'sort: store',
    [
      { name: 'values', type: 'i32', write: true },
      { name: 'indices', type: 'i32', write: true },
      { name: 'source', type: 'i32' },
      { name: 'order', type: 'u32' },
    ],
    elementwise(
      `(${lines} * ${length})`,
      `let line = id / ${length};
  let k = id % ${length};
  let from_ = i32(order[line * ${padded} + k]);
  ${places.map((name, i) => `var ${name} = ${starts[i]} + ${i === 2 ? 'from_' : 'i32(k)'} * ${strides[i]};`).join('\n  ')}
  ${walkNest(nest, 'line', places)}
  values[values_at] = source[source_at];
  indices[indices_at] = from_;`,
    ),
  );
}
