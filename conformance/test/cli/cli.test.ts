import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../../src/cli/program.ts';

let folder: string;
let printed: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'conformance-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

/** Runs the command line in this process, and gives its exit code. */
async function run(...args: string[]): Promise<number> {
  printed = '';
  const keep = (...parts: unknown[]): boolean => {
    printed += `${parts.map(String).join(' ')}\n`;
    return true;
  };
  vi.spyOn(console, 'log').mockImplementation(keep);
  vi.spyOn(console, 'error').mockImplementation(keep);
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
  return main(args);
}

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const tensor = (data: number[]): object => ({
  $: 'tensor',
  dtype: 'float64',
  shape: [data.length],
  strides: [1],
  offset: 0,
  requires_grad: false,
  data,
});

const corpusFile = (op: string, output: number[]): object => ({
  torch: '1.13',
  op,
  variant: '',
  dtype: 'float64',
  samples: [
    { name: '', seed: 1, input: tensor([1, 2]), args: [tensor([3, 4])], kwargs: {}, output: tensor(output) },
  ],
});

describe('notebook', () => {
  it('shows every cell and ends well', async () => {
    expect(await run('notebook')).toBe(0);
    expect(printed).toContain('tensor([  -22.1310,  -148.3490, -1159.2367], grad_fn=<MulBackward0>)');
    expect(printed).toContain('14 of 14 cells');
    expect(printed).toContain('180 of 180 cells');
  });
});

describe('run', () => {
  it('writes reports', async () => {
    const json = join(folder, 'run.json');
    const junit = join(folder, 'run.xml');
    const markdown = join(folder, 'run.md');
    const code = await run(
      'run',
      '--id',
      'notebook/seed',
      '--json',
      json,
      '--junit',
      junit,
      '--markdown',
      markdown,
    );
    expect(code).toBe(0);
    const report = JSON.parse(readFileSync(json, 'utf8'));
    expect(report.backends.cpu.scenarios['notebook/seed'].verdict).toBe('pass');
    expect(readFileSync(junit, 'utf8')).toContain(
      '<testsuite name="cpu" tests="14" failures="0" skipped="0">',
    );
    expect(readFileSync(markdown, 'utf8')).toContain('| notebook/seed | pass |');
  });

  it('takes a backend by path, and fails when it is wrong', async () => {
    const path = join(import.meta.dirname, 'zeros.mjs');
    expect(await run('run', '--id', 'smoke/map', '--backend', path)).toBe(1);
    expect(printed).toMatch(/smoke\/map\s+zeros/);
  });
});

describe('replay', () => {
  it('counts by operator and gives what differed', async () => {
    const corpus = mkdtempSync(join(folder, 'corpus-'));
    writeFileSync(join(corpus, 'add.float64.json'), JSON.stringify(corpusFile('add', [4, 6])));
    writeFileSync(join(corpus, 'mul.float64.json'), JSON.stringify(corpusFile('mul', [3, 9])));
    writeFileSync(join(corpus, 'gone.float64.json'), JSON.stringify(corpusFile('gone', [0, 0])));
    const json = join(folder, 'replay.json');
    expect(await run('replay', '--corpus', corpus, '--json', json)).toBe(1);
    const { cpu } = JSON.parse(readFileSync(json, 'utf8')).backends;
    expect(cpu.ops).toEqual({
      add: { samples: 1, passed: 1, failed: 0, declined: 0, missing: 0 },
      gone: { samples: 1, passed: 0, failed: 0, declined: 0, missing: 1 },
      mul: { samples: 1, passed: 0, failed: 1, declined: 0, missing: 0 },
    });
    expect(cpu.failures.mul[0].differences[0]).toMatchObject({
      where: 'output at element 1',
      expected: '9',
      got: '8',
      maxAbs: 1,
    });
    expect(await run('replay', '--corpus', corpus, '--ops', 'add')).toBe(0);
  });
});

describe('diff', () => {
  const report = (passed: number): object => ({
    backends: { cpu: { ops: { add: { samples: 2, passed, failed: 2 - passed, declined: 0, missing: 0 } } } },
  });

  it('tells better from worse', async () => {
    const [worse, better] = [file('a.json', report(1)), file('b.json', report(2))];
    expect(await run('diff', worse, better)).toBe(0);
    expect(printed).toContain('add: 1/2, 1 failed → 2/2');
    expect(await run('diff', better, worse)).toBe(1);
    expect(await run('diff', better, better)).toBe(0);
  });
});

describe('list', () => {
  it('shows scenarios and operators', async () => {
    expect(await run('list', '--level', 'notebook')).toBe(0);
    expect(printed).toContain('notebook/seed-11');
    expect(await run('list', '--ops')).toBe(0);
    expect(printed).toMatch(/of \d+ names/);
  });
});

describe('a command line that makes no sense ends with 2', () => {
  it.each<[string[], RegExp]>([
    [['run', '--backend', 'tpu'], /no backend named tpu; there are cpu/],
    [['run', '--backend', './gone.js'], /cannot be loaded/],
    [['run', '--level', 'nightly'], /no level nightly/],
    [['run', '--level', 'train'], /no scenario yet at train/],
    [['run', '--id', 'nothing/here'], /no scenario nothing\/here/],
    [['replay'], /required option/],
    [['replay', '--corpus', '/gone'], /no corpus at \/gone/],
    [['replay', '--corpus', '.', '--failures', 'x'], /not a whole number/],
    [['diff', '/gone.json', '/gone.json'], /cannot read the report/],
    [['dance'], /unknown command/],
    [['notebook', '--colour'], /unknown option/],
  ])('%j', async (args, message) => {
    expect(await run(...args)).toBe(2);
    expect(printed).toMatch(message);
  });

  it('and so does a corpus that is none', async () => {
    expect(await run('replay', '--corpus', file('none.json', '{}'))).toBe(2);
    expect(printed).toMatch(/is not a recorded operator/);
    expect(await run('replay', '--corpus', file('text.json', 'add'))).toBe(2);
    expect(printed).toMatch(/is not JSON/);
  });
});

describe('as a program', () => {
  const program = (...args: string[]): ReturnType<typeof spawnSync> =>
    spawnSync(process.execPath, ['--conditions=@taimatsu/source', cli, ...args], { encoding: 'utf8' });
  const cli = join(import.meta.dirname, '../../src/cli.ts');

  it('needs no set-up, and gives its exit code', () => {
    const ops = program('list', '--ops');
    expect(ops.stderr).toBe('');
    expect(ops.status).toBe(0);
    expect(ops.stdout).toContain('  add\n');
    expect(program('dance').status).toBe(2);
  });
});

it('--help is no mistake', async () => {
  expect(await run('--help')).toBe(0);
});
