import * as torch from '@taimatsu/core';
import type { Backend } from '@taimatsu/core/backend';

/** A line of the table. */
export interface Row {
  readonly what: string;
  readonly value: string;
}

/** The median milliseconds of a call of `run`, which must wait for its result. */
function median(run: () => void, seconds = 1.5): number {
  run();
  const times: number[] = [];
  const end = performance.now() + seconds * 1000;
  while (times.length < 3 || (performance.now() < end && times.length < 200)) {
    const start = performance.now();
    torch.tidy(run);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return times[times.length >> 1]!;
}

const wait = (x: torch.Tensor): void => {
  x.select(0, 0).reshape([-1]).narrow(0, 0, 1).tolist();
};

const milliseconds = (time: number): string => `${time.toPrecision(3)} ms`;

/** Launches of single operations, then times. */
export function measure(backend: Backend): readonly Row[] {
  torch.setDefaultDevice(backend);
  const rows: Row[] = [];
  const launches = (what: string, run: () => unknown): void => {
    const before = backend.counters.launches;
    run();
    rows.push({ what: `launches of ${what}`, value: String(backend.counters.launches - before) });
  };
  const small = torch.rand([8, 8]);
  launches('add', () => small.add(small));
  launches('add in place, transposed', () => small.t().add_(1));
  launches('sum', () => small.sum());
  launches('softmax', () => small.softmax(1));
  launches('matmul', () => small.matmul(small));
  launches('sort', () => small.sort());

  const repeat = (x: torch.Tensor, times: number): torch.Tensor => {
    let y = x;
    for (let i = 0; i < times; i++) y = y.add(x);
    return y;
  };
  const tiny = torch.rand([64]);
  const perCall = median(() => wait(repeat(tiny, 200))) - median(() => wait(repeat(tiny, 1)));
  rows.push({ what: 'add of 64 elements, each of 200', value: milliseconds(perCall / 199) });
  rows.push({ what: 'reading one element', value: milliseconds(median(() => wait(tiny))) });
  const million = torch.rand([1_000_000]);
  rows.push({
    what: 'chain of 20 adds of 1e6 elements',
    value: milliseconds(median(() => wait(repeat(million, 20)))),
  });
  rows.push({ what: 'sum of 1e6 elements', value: milliseconds(median(() => void million.sum().item())) });
  for (const n of [256, 512]) {
    const a = torch.rand([n, n]);
    const time = median(() => wait(a.matmul(a)));
    const rate = ((2 * n ** 3) / time / 1e6).toPrecision(2);
    rows.push({ what: `matmul of ${n} by ${n}`, value: `${milliseconds(time)}, ${rate} GFLOP/s` });
  }
  return rows;
}
