import type { KernelTable } from '@taimatsu/core/backend';
import { makeGather } from './gather.ts';
import { makeMap } from './map.ts';
import { makeMatmul } from './matmul.ts';
import { makeReduce } from './reduce.ts';
import { makeScan } from './scan.ts';
import { makeScatter } from './scatter.ts';
import { makeSort } from './sort.ts';

/** Every kernel kind. */
export function makeKernels(): KernelTable {
  const map = makeMap();
  return Object.freeze({
    map,
    reduce: makeReduce(),
    scan: makeScan(),
    matmul: makeMatmul(map),
    gather: makeGather(),
    scatter: makeScatter(),
    sort: makeSort(),
  });
}
