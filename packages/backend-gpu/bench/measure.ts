import * as torch from '@taimatsu/core';
import type { Backend } from '@taimatsu/core/backend';
import type { Contestant } from './peer.ts';

/** A line of the table. */
export interface Row {
  readonly what: string;
  readonly value: string;
}

/** Calls contestants in turn, so that whatever else the machine does hits all of them; the median milliseconds of each. */
function medians(contestants: readonly (() => void)[], seconds = 3): readonly number[] {
  for (const run of contestants) run();
  const times: number[][] = contestants.map(() => []);
  const end = performance.now() + seconds * 1000;
  while (times[0]!.length < 3 || (performance.now() < end && times[0]!.length < 200)) {
    for (const [i, run] of contestants.entries()) {
      const start = performance.now();
      run();
      times[i]!.push(performance.now() - start);
    }
  }
  return times.map((one) => one.sort((a, b) => a - b)[one.length >> 1]!);
}

const wait = (x: torch.Tensor): void => {
  x.reshape([-1]).narrow(0, 0, 1).tolist();
};

const milliseconds = (time: number): string => `${time.toPrecision(3)} ms`;

function taimatsu(): Contestant {
  const steps = [torch.add, torch.mul, torch.sub, torch.maximum] as const;
  const run = (work: () => void) => () => torch.tidy(work);
  return {
    name: 'taimatsu',
    chain: (length, times) => {
      const x = torch.rand([length]);
      return run(() => {
        let y = x;
        for (let i = 0; i < times; i++) y = steps[i % 4]!(y, x);
        wait(y);
      });
    },
    sum: (length) => {
      const x = torch.rand([length]);
      return run(() => wait(x.sum()));
    },
    matmul: (n, transposeA = false, transposeB = false) => {
      const a = torch.rand([n, n]);
      return run(() => wait((transposeA ? a.t() : a).matmul(transposeB ? a.t() : a)));
    },
  };
}

/** Launches of single operations, then times beside the other contestant's. */
export function measure(backend: Backend, other: Contestant): readonly Row[] {
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

  const own = taimatsu();
  const versus = (what: string, work: (contestant: Contestant) => () => void): void => {
    const [mine, others] = medians([work(own), work(other)]) as [number, number];
    const ratio = (mine / others).toPrecision(3);
    rows.push({
      what,
      value: `${milliseconds(mine)}; ${other.name} ${milliseconds(others)}, ratio ${ratio}`,
    });
  };
  versus('200 operations on 64 elements', (one) => one.chain(64, 200));
  versus('reading one element', (one) => one.chain(64, 0));
  versus('20 operations on 1e6 elements', (one) => one.chain(1_000_000, 20));
  versus('sum of 1e6 elements', (one) => one.sum(1_000_000));
  versus('matmul of 256 by 256', (one) => one.matmul(256));
  for (const [a, b] of [[], [false, true], [true, false], [true, true]] as const) {
    const name = `${a === true ? 'Aᵀ' : 'A'}·${b === true ? 'Bᵀ' : 'B'}`;
    versus(`matmul of 512 by 512, ${name}`, (one) => one.matmul(512, a, b));
  }
  return rows;
}
