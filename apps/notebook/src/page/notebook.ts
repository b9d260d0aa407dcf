import { ownCell, seedCells } from '../cells.ts';
import { compile } from '../language/compile.ts';
import type { Kind } from '../language/kinds.ts';
import { type BackendName, backendNames, type KernelApi, type NameInfo } from '../protocol.ts';
import { Remote, Stopped } from '../remote.ts';
import { Bar, type Result } from './bar.ts';
import { CellView } from './cell-view.ts';
import { find } from './dom.ts';
import { Graphs } from './graphs.ts';
import { fromFragment, type Shared, toFragment } from './share.ts';
import { typeScriptOf } from './typescript.ts';

/** The page: cells on the left, the figure on the right, and a kernel that runs what the reader asks for. */
export class Notebook {
  private readonly views: readonly CellView[];
  private readonly bar: Bar;
  private readonly graphs = new Graphs(() => this.kernel);
  private kernel = startKernel();
  private backend: BackendName;
  /** What runs the kernels of the backend in use; empty before one is. */
  private executor = '';
  private names: Readonly<Record<string, NameInfo>> = {};
  private showsTypeScript = false;

  constructor(shared: Shared | undefined) {
    this.backend = shared?.backend ?? 'cpu';
    this.bar = new Bar({
      runAll: () => this.runAll(),
      restart: () => this.restart(),
      choose: (backend) => this.choose(backend),
      runEverywhere: () => this.runEverywhere(),
      showTypeScript: (on) => this.showTypeScript(on),
      share: () => this.share(),
    });
    this.bar.select(this.backend);
    const events = {
      run: (view: CellView, goOn: boolean) => this.runOne(view, goOn),
      visit: (view: CellView) => this.graphs.choose(view),
      changed: () => this.showTypeScript(this.showsTypeScript),
    };
    this.views = [...seedCells, ownCell].map(
      (cell) => new CellView(cell, shared?.cells[cell.id] ?? cell.code, events),
    );
    find('#cells').append(...this.views.map(({ element }) => element));
    find('#figure').append(this.graphs.figure.element);
    addEventListener('scroll', () => this.graphs.scrolled(this.views), { passive: true });
  }

  /** Starts afresh and runs every cell. Resolves when all have run or the reader stopped them. */
  async runAll(): Promise<void> {
    if (this.kernel.isBusy) this.restart();
    else this.forget();
    try {
      await this.kernel.call('reset');
      await this.useBackend();
      for (const view of this.views) await this.run(view);
    } catch (error) {
      const absent = { kind: 'absent', reason: (error as Error).message.split('\n')[0]! } as const;
      if (!(error instanceof Stopped)) this.bar.showResult(this.backend, absent);
      return;
    }
    this.bar.showResult(this.backend, this.result());
    await this.graphs.settled();
    this.graphs.scrolled(this.views);
  }

  /** Says that a link brought code, which nobody has asked to run yet. */
  waitForReader(count: number): void {
    this.bar.say(`This link changes ${count === 1 ? 'a cell' : `${count} cells`}. Read, then run all.`);
  }

  private async runEverywhere(): Promise<void> {
    for (const backend of backendNames) await this.choose(backend);
  }

  private async choose(backend: BackendName): Promise<void> {
    this.backend = backend;
    this.bar.select(backend);
    await this.runAll();
  }

  /** Ends the kernel, even in the middle of a cell, and starts another. */
  private restart(): void {
    this.kernel.stop();
    this.kernel = startKernel();
    this.forget();
  }

  private forget(): void {
    this.executor = '';
    this.names = {};
    this.graphs.clear();
    for (const view of this.views) view.show(null);
  }

  private async useBackend(): Promise<void> {
    ({ executor: this.executor } = await this.kernel.call('use', this.backend));
  }

  private async runOne(view: CellView, goOn: boolean): Promise<void> {
    if (goOn) this.views[this.views.indexOf(view) + 1]?.focus();
    try {
      if (this.executor === '') await this.useBackend();
      await this.run(view);
      this.bar.showResult(this.backend, this.result());
    } catch (error) {
      if (!(error instanceof Stopped)) this.bar.say((error as Error).message);
    }
  }

  /** Runs a cell and shows how it went. Rejects when it is stopped. */
  private async run(view: CellView): Promise<void> {
    view.start();
    const known = new Map(Object.entries(this.names).map(([name, { kind }]) => [name, kind] as const));
    const code = runnable(view.codeToRun, known);
    if (code instanceof SyntaxError) {
      view.showError(String(code));
      return;
    }
    const outcome = await this.kernel.call('run', view.cell.id, code);
    this.names = outcome.names;
    view.show(outcome);
    this.graphs.follow(view, outcome.names, outcome.code === 'autograd/second-backward');
  }

  private showTypeScript(on: boolean): void {
    this.showsTypeScript = on;
    const texts = on ? typeScriptOf(this.views.map(({ codeToRun }) => codeToRun)) : [];
    this.views.forEach((view, i) => {
      view.showTypeScript(texts[i]);
    });
  }

  private result(): Result {
    const seeds = this.views.filter(({ cell }) => cell.expect !== undefined);
    const sum = (part: (view: CellView) => number): number =>
      seeds.reduce((all, view) => all + part(view), 0);
    return {
      kind: 'ran',
      executor: this.executor,
      agreed: seeds.filter(({ verdict }) => verdict === 'agrees').length,
      total: seeds.length,
      milliseconds: sum(({ milliseconds }) => milliseconds),
      fallbacks: sum(({ fallbacks }) => fallbacks),
    };
  }

  private async share(): Promise<void> {
    const changed = this.views.filter(({ isEdited }) => isEdited).map(({ cell, code }) => [cell.id, code]);
    const fragment = await toFragment({ backend: this.backend, cells: Object.fromEntries(changed) });
    history.replaceState(null, '', fragment);
    await navigator.clipboard.writeText(location.href);
  }
}

function startKernel(): Remote<KernelApi> {
  return new Remote(new Worker(new URL('../kernel/worker.ts', import.meta.url), { type: 'module' }));
}

function runnable(code: string, known: ReadonlyMap<string, Kind>): string | SyntaxError {
  try {
    return compile(code, known).run;
  } catch (error) {
    if (error instanceof SyntaxError) return error;
    throw error;
  }
}

/** Opens the page. A link's own code waits for the reader to run it. */
export async function openNotebook(): Promise<void> {
  const shared = await fromFragment(location.hash);
  const notebook = new Notebook(shared);
  if (shared === undefined || Object.keys(shared.cells).length === 0) await notebook.runAll();
  else notebook.waitForReader(Object.keys(shared.cells).length);
}
