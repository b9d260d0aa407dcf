import type { Kernels } from '@taimatsu/core/backend';
import { sortKeysText, sortStoreText } from '../codegen/sort.ts';
import type { Queue } from '../device/queue.ts';
import { apart, bufferOf, checkRank } from './operands.ts';
import { programsBy } from './programs.ts';
import { makePairSorter, paddedLength } from './sort-pairs.ts';

export function makeSort(queue: Queue): Kernels['sort'] {
  const keysOf = programsBy(queue, sortKeysText);
  const store = programsBy(queue, sortStoreText);
  const sortPairs = makePairSorter(queue);
  return ({ outer, length, strides }, descending, values, indices, source) => {
    if (outer.size * length === 0) return;
    const rank = outer.shape.length;
    checkRank(queue, rank);
    const [from] = apart(queue, [values, indices], [source]);
    const padded = paddedLength(length);
    const keys = queue.buffers.alloc('int32', outer.size * padded);
    const order = queue.buffers.alloc('int32', outer.size * padded);
    const prepare = keysOf(source.dtype, rank);
    const sizes = queue
      .begin()
      .int(outer.size)
      .int(length)
      .int(padded)
      .int(descending ? -1 : 0);
    sizes.int(source.offset).int(strides[2]!).nest(outer, [2]);
    queue.runEach(prepare, [keys, order, from!], outer.size * padded);
    sortPairs(keys, order, outer.size, padded);
    const finish = store(rank);
    const words = queue.begin().int(outer.size).int(length).int(padded);
    for (const { offset } of [values, indices, source]) words.int(offset);
    for (const stride of strides) words.int(stride);
    words.nest(outer, [0, 1, 2]);
    queue.runEach(finish, [bufferOf(values), bufferOf(indices), from!, order], outer.size * length);
    queue.buffers.free(keys);
    queue.buffers.free(order);
  };
}
