import { createCpuBackend } from '@taimatsu/backend-cpu';
import { TensorError } from '@taimatsu/core';
import type { Backend } from '@taimatsu/core/backend';
import { describe, expect, it } from 'vitest';
import { replayFile } from '../../src/corpus/replay.ts';
import { runScenario } from '../../src/run/run-scenario.ts';
import { withSettings } from '../../src/run/settings.ts';
import { worst } from '../../src/run/verdict.ts';
import { loadSuite } from '../../src/suite.ts';

const suite = loadSuite();
const scenario = suite.find(({ id }) => id === 'smoke/matmul')!;

/** Has no float64, and says so. */
function withoutFloat64(): Backend {
  const cpu = createCpuBackend();
  const reason = 'the shading language has none';
  return {
    ...cpu,
    alloc(dtype, length, owner) {
      if (dtype === 'float64') throw new TensorError('backend/dtype', { backend: 'half', dtype, reason });
      return cpu.alloc(dtype, length, owner);
    },
  };
}

/** Runs products of matrices on the host, and counts them. */
function withFallback(): Backend {
  const cpu = createCpuBackend();
  const { matmul } = cpu.kernels;
  if ('declined' in matmul) throw new Error('the CPU declines nothing');
  return {
    ...cpu,
    kernels: {
      ...cpu.kernels,
      matmul(...args) {
        cpu.counters.fallbacks++;
        matmul(...args);
      },
    },
  };
}

describe('a scenario', () => {
  it('is declined where the backend declines, with its reason', async () => {
    const { verdict, cells } = await runScenario(scenario, withoutFloat64(), 'half');
    expect(verdict).toBe('declined');
    expect(cells.map((cell) => cell.verdict)).toEqual(['pass', 'declined']);
    expect(cells[1]?.reason).toBe('the half backend has no float64: the shading language has none');
  });

  it('passes by fallback where launches ran on the host', async () => {
    expect((await runScenario(scenario, withFallback(), 'slow')).verdict).toBe('pass-by-fallback');
  });

  it('is as good as its worst cell', () => {
    expect(worst(['pass', 'pass-by-fallback'])).toBe('pass-by-fallback');
    expect(worst(['declined', 'pass'])).toBe('declined');
    expect(worst(['declined', 'fail', 'pass'])).toBe('fail');
    expect(worst([])).toBe('fail');
  });
});

it('a replayed call is declined, too', async () => {
  const file = {
    torch: '1.13',
    op: 'ones',
    variant: '',
    dtype: 'float64',
    samples: [{ name: '', seed: 1, input: 2, args: [], kwargs: { dtype: { $: 'dtype', v: 'float64' } } }],
  } as const;
  const { count, reasons } = await withSettings(withoutFloat64(), () => replayFile(file));
  expect(count).toEqual({ samples: 1, passed: 0, failed: 0, declined: 1, missing: 0 });
  expect(reasons).toEqual(['the half backend has no float64: the shading language has none']);
});
