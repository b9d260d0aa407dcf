import type { DType, ScatterMode } from '@taimatsu/core/backend';
import { joinText } from './combine.ts';
import { type Binding, elementwise, type KernelText, kernelText } from './module.ts';
import { narrowed, toWord, wordType } from './types.ts';
import { WordNames, walkNest } from './words.ts';

const OPERANDS = ['out', 'index', 'source'] as const;

/** What a kernel leaves of the first launch that met indices out of range: its ticket, the least, the greatest. */
const faultText = `fn fault(found: i32, ticket: i32) {
  let before = atomicCompareExchangeWeak(&faults[0], 0, ticket).old_value;
  if (before == 0 || before == ticket) {
    if (found < 0) { atomicMin(&faults[1], found); } else { atomicMax(&faults[2], found); }
  }
}`;

/** Launch data: count, axis size, axis stride, wrap, ticket, starts, nest. */
function placed(rank: number, addressed: 'out' | 'source', then: string, otherwise = ''): string {
  const names = new WordNames();
  const count = names.unsigned();
  const [size, stride, wrap, ticket] = names.several(4);
  const starts = names.several(3);
  const nest = names.nest(rank, 3);
  const places = OPERANDS.map((name) => `${name}_at`);
  return elementwise(
    count,
    `${places.map((name, i) => `var ${name} = ${starts[i]};`).join('\n  ')}
  ${walkNest(nest, 'id', places)}
  var k = index[index_at];
  if (${wrap} != 0 && k < 0) { k += ${size}; }
  if (k < 0 || k >= ${size}) {
    fault(index[index_at], ${ticket});
    ${otherwise}
    continue;
  }
  ${addressed}_at += k * ${stride};
  ${then}`,
  );
}

const faults: Binding = { name: 'faults', type: 'atomic<i32>', write: true };
const index: Binding = { name: 'index', type: 'i32' };

/** Elements of any dtype: they are words. */
export function gatherText(rank: number): KernelText {
  const body = placed(rank, 'source', 'out[out_at] = source[source_at];', 'out[out_at] = 0;');
  return kernelText(
    'gather',
    [{ name: 'out', type: 'i32', write: true }, index, { name: 'source', type: 'i32' }, faults],
    `${faultText}\n${body}`,
  );
}

/** Finds the last writer of each place, by its number plus one. */
export function scatterLastText(rank: number): KernelText {
  return kernelText(
    'scatter set: last writers',
    [{ name: 'last', type: 'atomic<u32>', write: true }, index, faults],
    `${faultText}\n${placed(rank, 'out', 'atomicMax(&last[out_at], id + 1u);').replaceAll('source_at', 'unused_at')}`,
  );
}

/** Writes what the last writers have. */
export function scatterSetText(rank: number): KernelText {
  return kernelText(
    'scatter set',
    [
      { name: 'out', type: 'i32', write: true },
      index,
      { name: 'source', type: 'i32' },
      { name: 'last', type: 'u32' },
    ],
    placed(rank, 'out', 'if (last[out_at] == id + 1u) { out[out_at] = source[source_at]; }').replace(
      /fault\([^;]*;/,
      '',
    ),
  );
}

/** Pairs of a place in the output and the number of who writes there, in any order. */
export function scatterPairsText(rank: number): KernelText {
  return kernelText(
    'scatter: pairs',
    [{ name: 'keys', type: 'u32', write: true }, { name: 'order', type: 'u32', write: true }, index, faults],
    `${faultText}\n${placed(rank, 'out', 'keys[id] = u32(out_at); order[id] = id;', 'keys[id] = 0xffffffffu; order[id] = id;')}`,
  );
}

/** Links those who write to one place: the head of each place's list, and who comes next, by their numbers plus one. */
export function scatterLinkText(rank: number): KernelText {
  return kernelText(
    'scatter: links',
    [
      { name: 'heads', type: 'atomic<u32>', write: true },
      { name: 'nexts', type: 'u32', write: true },
      index,
      faults,
    ],
    `${faultText}\n${placed(rank, 'out', 'nexts[id] = atomicExchange(&heads[out_at], id + 1u);')}`,
  );
}

/** The head of each list combines it. Links come in any order, so each step looks for the next number. */
export function scatterListsText(mode: Exclude<ScatterMode, 'set'>, dtype: DType, rank: number): KernelText {
  const names = new WordNames();
  names.several(5);
  const starts = names.several(3);
  const nest = names.nest(rank, 3);
  const type = wordType(dtype);
  const join = joinText(mode === 'add' ? 'sum' : mode === 'mul' ? 'prod' : mode, dtype);
  const combine = `if (heads[out_at] != id + 1u) { continue; }
  var acc = out[out_at];
  var last = 0u;
  loop {
    var best = 0xffffffffu;
    for (var who = heads[out_at]; who != 0u; who = nexts[who - 1u]) {
      if (who > last && who < best) { best = who; }
    }
    if (best == 0xffffffffu) { break; }
    let who = best - 1u;
    var own_at = ${starts[2]};
    ${walkNest({ shape: nest.shape, strides: [nest.strides[2]!] }, 'who', ['own_at'])}
    acc = join(acc, source[own_at]);
    acc = ${combined(dtype)};
    last = best;
  }
  out[out_at] = acc;`;
  return kernelText(
    `scatter ${mode}: lists`,
    [
      { name: 'out', type, write: true },
      index,
      { name: 'source', type },
      { name: 'heads', type: 'u32' },
      { name: 'nexts', type: 'u32' },
    ],
    `${join}\n${placed(rank, 'out', combine).replace(/fault\([^;]*;/, '')}`,
  );
}

/** What has been combined as the word that is stored. */
function combined(dtype: DType): string {
  if (dtype === 'bool') return 'select(0, 1, acc != 0)';
  return toWord(narrowed('acc', dtype), dtype);
}

/** The first of each run of equal places, in sorted pairs, combines the whole run in order. */
export function scatterRunsText(mode: Exclude<ScatterMode, 'set'>, dtype: DType, rank: number): KernelText {
  const names = new WordNames();
  const count = names.unsigned();
  names.several(4);
  const starts = names.several(3);
  const nest = names.nest(rank, 3);
  const type = wordType(dtype);
  const join = joinText(mode === 'add' ? 'sum' : mode === 'mul' ? 'prod' : mode, dtype);
  const body = elementwise(
    count,
    `let place = keys[id];
  if (place == 0xffffffffu || (id > 0u && keys[id - 1u] == place)) { continue; }
  var acc = out[place];
  for (var i = id; i < ${count} && keys[i] == place; i++) {
    let who = order[i];
    var source_at = ${starts[2]};
    ${walkNest({ shape: nest.shape, strides: [nest.strides[2]!] }, 'who', ['source_at'])}
    acc = join(acc, source[source_at]);
    acc = ${combined(dtype)};
  }
  out[place] = acc;`,
  );
  return kernelText(
    `scatter ${mode}`,
    [
      { name: 'out', type, write: true },
      { name: 'source', type },
      { name: 'keys', type: 'u32' },
      { name: 'order', type: 'u32' },
    ],
    `${join}\n${body}`,
  );
}
