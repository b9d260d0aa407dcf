import * as torch from '@taimatsu/core';
import type { Backend } from '@taimatsu/core/backend';
import { plainGpuJs } from './plain.ts';

/** A line of the table. */
export interface Row {
  readonly what: string;
  readonly value: string;
}

/** Calls contestants in turn, so that whatever else the machine does hits all of them; the median milliseconds of each. */
function medians(contestants: readonly (() => void)[], seconds = 2): readonly number[] {
  for (const run of contestants) torch.tidy(run);
  const times: number[][] = contestants.map(() => []);
  const end = performance.now() + seconds * 1000;
  while (times[0]!.length < 3 || (performance.now() < end && times[0]!.length < 200)) {
    for (const [i, run] of contestants.entries()) {
      const start = performance.now();
      torch.tidy(run);
      times[i]!.push(performance.now() - start);
    }
  }
  return times.map((own) => own.sort((a, b) => a - b)[own.length >> 1]!);
}

const median = (run: () => void): number => medians([run])[0]!;

const wait = (x: torch.Tensor): void => {
  x.select(0, 0).reshape([-1]).narrow(0, 0, 1).tolist();
};

const milliseconds = (time: number): string => `${time.toPrecision(3)} ms`;

/** Launches of single operations, then times. */
export function measure(backend: Backend, mode: string): readonly Row[] {
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
  const versus = (what: string, run: () => void, plain: () => void): void => {
    const [own, other] = medians([run, plain]) as [number, number];
    const ratio = (own / other).toPrecision(2);
    rows.push({ what, value: `${milliseconds(own)}; plain gpu.js ${milliseconds(other)}: ${ratio} times` });
  };
  const plain = plainGpuJs(mode);
  versus('chain of 20 adds of 1e6 elements', () => wait(repeat(million, 20)), plain.chain(1_000_000, 20));
  rows.push({ what: 'sum of 1e6 elements', value: milliseconds(median(() => void million.sum().item())) });
  for (const n of [256, 512]) {
    const a = torch.rand([n, n]);
    versus(`matmul of ${n} by ${n}`, () => wait(a.matmul(a)), plain.matmul(n));
  }
  return rows;
}
