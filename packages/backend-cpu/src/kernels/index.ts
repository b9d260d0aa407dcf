import type { KernelTable } from '@taimatsu/core/backend';
import type { Compile } from '../codegen/code.ts';
import { makeConv } from './conv.ts';
import { makeGather } from './gather.ts';
import { makeMap } from './map.ts';
import { makeMatmul } from './matmul.ts';
import { makeReduce } from './reduce.ts';
import { makeScan } from './scan.ts';
import { makeScatter } from './scatter.ts';
import { makeSort } from './sort.ts';

/** Every kernel kind, compiled where `compile` is given and through closures where it is not. */
export function makeKernels(compile: Compile | undefined): KernelTable {
  const map = makeMap(compile);
  return Object.freeze({
    map,
    reduce: makeReduce(compile),
    row: { declined: 'in JavaScript the loops cost more than the memory they walk: reductions and maps do' },
    scan: makeScan(compile),
    matmul: makeMatmul(compile, map),
    conv: makeConv(compile),
    gather: makeGather(compile),
    scatter: makeScatter(compile),
    sort: makeSort(),
  });
}
