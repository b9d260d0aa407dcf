import * as torch from 'taimatsu';
import type { BackendInfo, BackendName, NameInfo, Outcome } from '../protocol.ts';
import { loadBackend } from './backends.ts';

type Body = (scope: object, load: (module: string) => Promise<unknown>) => Promise<unknown>;

const AsyncFunction = (async () => {}).constructor as new (...source: string[]) => Body;

/** A notebook being run: its names, and what a cell prints. A new one begins with every setting as it was at first. */
export class Session {
  private readonly names = new Map<string, unknown>();
  /** Tensors that a name stood for before it was given to another: pictures still know them. */
  private readonly earlier = new Map<string, torch.Tensor>();
  private printed: string[] = [];
  private warnings: string[] = [];

  constructor() {
    this.names.set('print', (...values: unknown[]) => this.print(values));
    torch.setWarningHandler((message) => this.warnings.push(message));
    torch.setDefaultDtype('float32');
    torch.setGradEnabled(true);
    torch.setPrintOptions({ profile: 'default' });
  }

  async use(name: BackendName): Promise<BackendInfo> {
    const backend = await loadBackend(name);
    torch.setDefaultDevice(backend);
    return { device: backend.name, executor: backend.manifest.executor };
  }

  async run(cell: string, code: string): Promise<Outcome> {
    this.printed = [];
    this.warnings = [];
    const before = new Map(this.names);
    const { counters } = torch.getDefaultDevice();
    const fallbacks = counters.fallbacks;
    const start = performance.now();
    let thrown: unknown;
    try {
      const value = await new AsyncFunction('scope', 'load', `with (scope) {\n${code}\n}`)(
        this.scope(),
        loadModule,
      );
      if (value !== undefined) await this.print([value]);
      await this.settle();
    } catch (error) {
      thrown = error;
      await this.settle().catch(() => {});
    }
    const milliseconds = performance.now() - start;
    this.keepEarlier(before, cell);
    return {
      output: this.printed.join(''),
      error: thrown === undefined ? undefined : String(thrown),
      code: torch.isTensorError(thrown) ? thrown.code : undefined,
      warnings: this.warnings,
      milliseconds,
      fallbacks: counters.fallbacks - fallbacks,
      names: Object.fromEntries(Array.from(this.names, ([name, value]) => [name, infoOf(value)])),
    };
  }

  /** The notebook's tensors by name, earlier ones with a mark. */
  tensors(): Readonly<Record<string, torch.Tensor>> {
    const now = [...this.names].filter(
      (entry): entry is [string, torch.Tensor] => entry[1] instanceof torch.Tensor,
    );
    return Object.fromEntries([...this.earlier, ...now]);
  }

  private pending: Promise<unknown>[] = [];

  /** What a cell prints appears in the order of printing, whatever takes long to be read. */
  private print(values: readonly unknown[]): Promise<void> {
    const line = this.printed.push('') - 1;
    const texts = values.map((value) => (value instanceof torch.Tensor ? value.toStringAsync() : value));
    const done = Promise.all(texts).then((parts) => {
      this.printed[line] = `${torch.pythonPrint(...(parts as torch.PythonValue[]))}\n`;
    });
    this.pending.push(done);
    return done;
  }

  private async settle(): Promise<void> {
    const waiting = this.pending;
    this.pending = [];
    await Promise.all(waiting);
  }

  /** Where a cell's free names live: the notebook's first, then JavaScript's own. */
  private scope(): object {
    const { names } = this;
    return new Proxy(
      {},
      {
        has: (_, key) => key !== 'load',
        get: (_, key) => {
          if (typeof key === 'symbol') return undefined;
          if (names.has(key)) return names.get(key);
          if (key in globalThis) return (globalThis as Record<string, unknown>)[key];
          throw new NameError(`name '${key}' is not defined`);
        },
        set: (_, key, value) => {
          names.set(String(key), value);
          return true;
        },
      },
    );
  }

  private keepEarlier(before: ReadonlyMap<string, unknown>, cell: string): void {
    for (const [name, value] of before) {
      if (!(value instanceof torch.Tensor) || this.names.get(name) === value) continue;
      this.earlier.set(`${name} before In [${cell}]`, value);
    }
  }
}

/** Python's error for a name that nothing was assigned to. */
class NameError extends Error {
  override readonly name: string = 'NameError';
}

class ModuleNotFoundError extends Error {
  override readonly name: string = 'ModuleNotFoundError';
}

async function loadModule(name: string): Promise<unknown> {
  if (name !== 'taimatsu') throw new ModuleNotFoundError(`No module named '${name}'`);
  return torch;
}

function infoOf(value: unknown): NameInfo {
  if (!(value instanceof torch.Tensor)) return { kind: 'plain', role: 'none' };
  return { kind: 'tensor', role: value.gradFn !== null ? 'computed' : value.requiresGrad ? 'leaf' : 'none' };
}
