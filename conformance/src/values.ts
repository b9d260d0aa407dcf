import * as torch from '@taimatsu/core';

/** Python's `start:stop:step`. */
export class PySlice {
  readonly start: number | undefined;
  readonly stop: number | undefined;
  readonly step: number | undefined;

  constructor(start?: number, stop?: number, step?: number) {
    this.start = start;
    this.stop = stop;
    this.step = step;
  }

  /** The same for `tensor.at(...)`. */
  toSlice(): unknown {
    return torch.sliceIndex(this.start, this.stop, this.step);
  }
}

/** A Python tuple: an array here, but an index in brackets means something else when it is a tuple. */
export class PyTuple extends Array<unknown> {}

/** A tuple of these items. */
export function pyTuple(items: readonly unknown[]): PyTuple {
  const made = new PyTuple();
  for (const item of items) made.push(item);
  return made;
}
