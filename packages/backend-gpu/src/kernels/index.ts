import type { KernelTable } from '@taimatsu/core/backend';
import type { Launcher } from '../program/launcher.ts';
import { makeConv } from './conv.ts';
import { makeGather } from './gather.ts';
import { makeMap } from './map.ts';
import { makeMatmul } from './matmul.ts';
import { makeReduce } from './reduce.ts';
import { makeScan } from './scan.ts';
import { makeScatter } from './scatter.ts';
import { makeSort } from './sort.ts';

/** Every kernel kind. `fellBack` is called for a launch that runs on the host. */
export function makeKernels(launcher: Launcher, fellBack: () => void): KernelTable {
  return Object.freeze({
    map: makeMap(launcher),
    reduce: makeReduce(launcher),
    row: { declined: "a fragment computes one element and cannot share a row's sums with its neighbours" },
    scan: makeScan(launcher, fellBack),
    matmul: makeMatmul(launcher),
    conv: makeConv(launcher),
    gather: makeGather(launcher),
    scatter: makeScatter(launcher, fellBack),
    sort: makeSort(launcher, fellBack),
  });
}
