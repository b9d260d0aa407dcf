import type { KernelTable } from '@taimatsu/core/backend';
import type { Runtime } from '../runtime.ts';
import { makeConv } from './conv.ts';
import { makeGather } from './gather.ts';
import { makeMap } from './map.ts';
import { makeMatmul } from './matmul.ts';
import { makeReduce } from './reduce.ts';
import { makeRow } from './row.ts';
import { makeScan } from './scan.ts';
import { makeScatter } from './scatter.ts';
import { makeSort } from './sort.ts';

/** Every kernel kind. */
export function makeKernels(runtime: Runtime): KernelTable {
  const map = makeMap(runtime);
  return Object.freeze({
    map,
    reduce: makeReduce(runtime),
    row: makeRow(runtime),
    scan: makeScan(runtime),
    matmul: makeMatmul(runtime, map),
    conv: makeConv(runtime, map),
    gather: makeGather(runtime),
    scatter: makeScatter(runtime),
    sort: makeSort(runtime),
  });
}
