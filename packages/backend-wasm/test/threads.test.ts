import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setWarningHandler } from '@taimatsu/core/backend';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { i32, instantiate, Module } from '../src/asm/index.ts';
import { Memory } from '../src/memory/index.ts';
import { OWN, Piece, Pool, spawner } from '../src/threads/index.ts';

const MB = 2 ** 20;
const BIG = 1e9;
const pieces = 40;

let warnings: string[] = [];
let before: ReturnType<typeof setWarningHandler>;
beforeEach(() => {
  warnings = [];
  before = setWarningHandler((message) => warnings.push(message));
});
afterEach(() => {
  setWarningHandler(before);
});

/** A pool whose workers are up, with a place for each piece's result, and a function for pieces. */
async function start(limit: number, patience?: number) {
  const memory = new Memory({ budget: 64 * MB, poison: false, shared: true });
  const pool = new Pool(memory, limit, patience === undefined ? {} : { patience });
  for (let i = 0; pool.countFor(BIG) < limit; i++) {
    if (i > 2000) throw new Error('no workers');
    await new Promise((done) => setTimeout(done, 5));
  }
  const out = memory.permanent(4 * pieces);
  const scratch = memory.permanent(limit * 64);
  memory.i32.fill(0, out / 4, out / 4 + pieces);
  return { memory, pool, out, scratch, results: () => memory.i32.slice(out / 4, out / 4 + pieces) };
}

/**
 * Adds 1 to the word at `at` after some work, then says who did it: 1 plus the scratch address. Where `fails`, a worker
 * ends in a trap, or never.
 */
function linked(memory: Memory, fails: 'never' | 'trap' | 'hang') {
  const module = new Module({ shared: true, relaxed: false });
  module.func('run', ['i32', 'i32', 'i32'] as const, 'i32', (f, at, own, first) => {
    const left = f.let(i32.const(200_000));
    f.do(i32.store(at, i32.add(i32.load(at), 1)));
    f.walk(left, 0, -1, () => {});
    if (fails !== 'never') {
      f.if(i32.ne(own, first), () => {
        if (fails === 'trap') f.do(i32.store(-4, 0));
        else f.loop((again) => f.br(again));
      });
    }
    return i32.shl(1, i32.div_u(i32.sub(own, first), 64));
  });
  return instantiate<{ run(...args: number[]): number }>(module, memory.wasm).run;
}

type Started = Awaited<ReturnType<typeof start>>;

function launch({ pool, memory, out, scratch }: Started, fails: 'never' | 'trap' | 'hang'): number {
  const run = linked(memory, fails);
  const job = pool.job(scratch, 64);
  for (let i = 0; i < pieces; i++) {
    const at = out + 4 * i;
    const piece = new Piece(fails === 'never' ? undefined : { at, bytes: 4, save: OWN + 16 });
    job.add(piece.callOwn(run, at, OWN, scratch));
  }
  return job.run();
}

const all = (value: number): Int32Array => new Int32Array(pieces).fill(value);

describe('pieces', () => {
  test('are each done once, by all threads', async () => {
    const started = await start(3);
    let who = 0;
    let rounds = 0;
    // On a busy machine a worker may sleep through a job.
    while (who !== 0b111 && rounds < 500) {
      who |= launch(started, 'never');
      rounds++;
      expect(started.results()).toEqual(all(rounds));
    }
    expect(who).toBe(0b111);
    expect(warnings).toEqual([]);
  });

  test('of more than one board go through', async () => {
    const started = await start(2);
    const run = linked(started.memory, 'never');
    const job = started.pool.job(started.scratch, 64);
    for (let i = 0; i < 1000; i++) {
      job.add(new Piece().callOwn(run, started.out + 4 * (i % pieces), OWN, started.scratch));
      if (i % pieces === pieces - 1) job.run();
    }
    expect(started.results()).toEqual(all(25));
  });

  test('are left to fewer threads when asked to', async () => {
    const started = await start(3);
    started.pool.count = 1;
    expect(started.pool.countFor(BIG)).toBe(1);
    started.pool.count = 2;
    for (let i = 0; i < 20; i++) expect(launch(started, 'never') & ~0b11).toBe(0);
    expect(started.results()).toEqual(all(20));
  });
});

describe('a worker that is lost', () => {
  for (const fails of ['trap', 'hang'] as const) {
    test(`in the middle (${fails}) has its pieces done again, and one thread goes on`, async () => {
      const started = await start(2, 100);
      let rounds = 0;
      while (started.pool.count > 1 && rounds < 500) {
        launch(started, fails);
        rounds++;
        expect(started.results()).toEqual(all(rounds));
      }
      expect(started.pool.count).toBe(1);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(/the wasm backend lost its threads \(a worker .*\): results are right/);
      launch(started, 'never');
      expect(started.results()).toEqual(all(rounds + 1));
    });
  }

  test('between launches is noticed', async () => {
    const memory = new Memory({ budget: 64 * MB, poison: false, shared: true });
    const kills: (() => void)[] = [];
    const pool = new Pool(memory, 2, {
      spawn: (assignment, ended) => {
        const worker = spawner()!(assignment, ended);
        kills.push(() => worker.stop());
        return worker;
      },
    });
    while (pool.countFor(BIG) < 2) await new Promise((done) => setTimeout(done, 5));
    kills[0]!();
    for (let i = 0; i < 1000 && pool.count > 1; i++) await new Promise((done) => setTimeout(done, 5));
    expect(pool.count).toBe(1);
    expect(warnings).toHaveLength(1);
  });
});

test('workers come up beside a loop that never yields, and let the process end', () => {
  const program = fileURLToPath(new URL('./programs/threads.ts', import.meta.url));
  const args = ['--conditions=@taimatsu/source', '--disallow-code-generation-from-strings', program];
  expect(execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 })).toBe('3 2000000\n');
});

test('where workers are forbidden, one thread does it without a word', () => {
  const memory = new Memory({ budget: 64 * MB, poison: false, shared: true });
  const pool = new Pool(memory, 2, {
    spawn: () => {
      throw new Error('policy');
    },
  });
  expect(pool.countFor(BIG)).toBe(1);
  expect(pool.countFor(BIG)).toBe(1);
  expect(pool.count).toBe(1);
  expect(warnings).toEqual([]);
});

test('nothing starts for small work, or where memory is not shared', () => {
  let spawned = 0;
  const spawn = () => {
    spawned++;
    return { stop: () => {} };
  };
  const shared = new Pool(new Memory({ budget: MB, poison: false, shared: true }), 2, { spawn });
  for (let i = 0; i < 1000; i++) shared.countFor(1e5);
  expect(spawned).toBe(0);
  const alone = new Pool(new Memory({ budget: MB, poison: false, shared: false }), 2, { spawn });
  alone.countFor(BIG);
  expect(spawned).toBe(0);
  expect(alone.count).toBe(1);
  shared.countFor(BIG);
  expect(spawned).toBe(1);
});
