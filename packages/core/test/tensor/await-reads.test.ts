import { createCpuBackend } from '@taimatsu/backend-cpu';
import type { Tensor } from '@taimatsu/core';
import type { Backend } from '@taimatsu/core/backend';
import { beforeEach, describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

/** The CPU as a device whose reads wait. */
function waitingBackend(): Backend & { reads: number } {
  const cpu = createCpuBackend();
  const backend = {
    ...cpu,
    name: 'waiting',
    reads: 0,
    manifest: { ...cpu.manifest, syncRead: false },
    alloc: cpu.alloc.bind(cpu),
    free: cpu.free.bind(cpu),
    write: cpu.write.bind(cpu),
    read: () => {
      throw new Error('read at once');
    },
    readAsync: async (...args: Parameters<Backend['read']>) => {
      backend.reads++;
      const elements = cpu.read(...args);
      await new Promise((resolve) => setTimeout(resolve));
      return elements;
    },
  };
  return backend;
}

const device = waitingBackend();
const tensor = (data: Parameters<typeof torch.tensor>[0], requiresGrad = false): Tensor =>
  torch.tensor(data, { device, requiresGrad });

describe('awaitReads', () => {
  beforeEach(() => {
    device.reads = 0;
  });

  it('runs what reads on a device that waits, once for each read', async () => {
    const x = tensor([3, 0, 5]);
    expect(() => x.item()).toThrow();
    expect(() => x.nonzero()).toThrow('backend without waiting');
    let runs = 0;
    const [at, first] = await torch.awaitReads(() => {
      runs++;
      const found = x.nonzero();
      return [found, Number(found.select(0, 1).item())];
    });
    expect(await at.tolistAsync()).toEqual([[0n], [2n]]);
    expect([first, runs]).toEqual([2, 3]);
  });

  it('needs one run where reads do not wait', async () => {
    let runs = 0;
    const total = await torch.awaitReads(() => {
      runs++;
      return torch.ones(3).sum().item();
    });
    expect([total, runs]).toEqual([3, 1]);
  });

  it('draws once, from generators of its own and of others', async () => {
    const fn = (g: InstanceType<typeof torch.Generator>, on: Backend) => (): number[] => {
      const own = new torch.Generator(7);
      const draw = (generator: typeof g): number =>
        Number(torch.empty([1], { device: on }).uniform_(0, 1, { generator }).item());
      return [draw(g), draw(own), draw(g), draw(own), draw(g)];
    };
    const ours = new torch.Generator(3);
    const theirs = new torch.Generator(3);
    expect(await torch.awaitReads(fn(ours, device))).toEqual(fn(theirs, torch.getDefaultDevice())());
    expect(ours.getState()).toEqual(theirs.getState());
  });

  it('draws again what a seed inside of it starts again', async () => {
    const fn = (on: Backend) => (): number[] => {
      torch.manualSeed(5);
      return [0, 1, 2].map(() => Number(torch.randn(1, { device: on }).item()));
    };
    const expected = fn(torch.getDefaultDevice())();
    expect(await torch.awaitReads(fn(device))).toEqual(expected);
  });

  it('refuses to wait after what came from outside was changed', async () => {
    const x = tensor([1, 2]);
    const late = torch.awaitReads(() => x.add_(1).sum().item());
    await expect(late).rejects.toMatchObject({ code: 'backend/replay' });
    const own = torch.awaitReads(() => x.clone().add_(1).sum().item());
    await expect(own).resolves.toBe(7);
    const before = torch.awaitReads(() => {
      const total = x.sum().item();
      x.add_(1);
      return total;
    });
    await expect(before).resolves.toBe(5);
    expect(await x.tolistAsync()).toEqual([3, 4]);
  });

  it('does not accumulate or free a graph twice', async () => {
    const x = tensor(
      [
        [2, 1],
        [1, 3],
      ],
      true,
    );
    const loss = await torch.awaitReads(() => torch.linalg.det(x));
    await torch.awaitReads(() => loss.backward());
    expect((await x.grad!.tolistAsync()) as number[][]).toEqual([
      [3, -1],
      [-1, 2],
    ]);
    expect(() => loss.backward()).toThrow('second time');
    await torch.awaitReads(() => torch.linalg.det(x).backward());
    expect((await x.grad!.tolistAsync()) as number[][]).toEqual([
      [6, -2],
      [-2, 4],
    ]);
    const read = torch.awaitReads(() => {
      x.square().sum().backward();
      return x.grad!.sum().item();
    });
    await expect(read).rejects.toMatchObject({ code: 'backend/replay' });
  });

  it('keeps the mode that it was called in', async () => {
    const x = tensor([1, 0], true);
    const out = await torch.noGrad(() => torch.awaitReads(() => x.mul(Number(x.sum().item()))));
    expect(out.requiresGrad).toBe(false);
  });

  it('passes errors on and refuses functions that wait themselves', async () => {
    const x = tensor([1, 2]);
    await expect(torch.awaitReads(() => x.reshape(3))).rejects.toThrow('invalid for input of size');
    const nested = torch.awaitReads(async () => x.tolistAsync());
    await expect(nested).rejects.toMatchObject({ code: 'backend/replay-async' });
    const caught = await torch.awaitReads(() => {
      try {
        return x.sum().item();
      } catch {
        return 'caught';
      }
    });
    expect(caught).toBe(3);
  });

  it('makes the checks of values that PyTorch makes', async () => {
    const zero = tensor([0, 1]).to('int64');
    const divide = (): Tensor => tensor([1, 1]).to('int64').floorDivide(zero);
    await expect(torch.awaitReads(divide)).rejects.toThrow('ZeroDivisionError');
  });
});

describe('asynchronous forms', () => {
  it('give what the others give', async () => {
    const data = [
      [1, 0, 2],
      [0, 3, 3],
    ];
    const [x, y] = [tensor(data), torch.tensor(data)];
    const lists = async (a: Promise<Tensor>, b: Tensor): Promise<void> => {
      expect(await (await a).tolistAsync()).toEqual(b.tolist());
    };
    await lists(x.nonzeroAsync(), y.nonzero());
    await lists(x.argwhereAsync(), y.argwhere());
    await lists(x.maskedSelectAsync(x.gt(1)), y.maskedSelect(y.gt(1)));
    await lists(x.uniqueAsync() as Promise<Tensor>, y.unique() as Tensor);
    await lists(x.uniqueConsecutiveAsync() as Promise<Tensor>, y.uniqueConsecutive() as Tensor);
    await lists(x.atAsync(x.gt(0)), y.at(y.gt(0)));
    await lists(x.to('int64').flatten().bincountAsync(), y.to('int64').flatten().bincount());
    const repeats = (like: Tensor): Tensor => like.select(0, 0).to('int64');
    await lists(x.repeatInterleaveAsync(repeats(x), 1), y.repeatInterleave(repeats(y), 1));
    expect([await x.equalAsync(x), await x.allcloseAsync(x.add(1))]).toEqual([true, false]);
  });
});
