import type { KernelTable } from '@taimatsu/core/backend';
import type { Queue } from '../device/queue.ts';
import { makeConv } from './conv.ts';
import { makeGather } from './gather.ts';
import { makeMap } from './map.ts';
import { makeMatmul } from './matmul.ts';
import { makeReduce } from './reduce.ts';
import { makeRow } from './row.ts';
import { makeScan } from './scan.ts';
import { makeScatter } from './scatter.ts';
import { makeSort } from './sort.ts';

/** Every kernel kind on one device. */
export function makeKernels(queue: Queue): KernelTable {
  return Object.freeze({
    map: makeMap(queue),
    reduce: makeReduce(queue),
    row: makeRow(queue),
    scan: makeScan(queue),
    matmul: makeMatmul(queue),
    conv: makeConv(queue),
    gather: makeGather(queue),
    scatter: makeScatter(queue),
    sort: makeSort(queue),
  });
}
