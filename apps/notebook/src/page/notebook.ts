import { ownCell, type PageCell, seedCells } from '../cells.ts';
import { Kernel, Stopped } from '../kernel/kernel.ts';
import { type BackendName, backendNames, type NameInfo } from '../kernel/protocol.ts';
import { compile, namesIn } from '../language/compile.ts';
import type { Kind } from '../language/kinds.ts';
import { Bar, type Result } from './bar.ts';
import { CellView } from './cell-view.ts';
import { find } from './dom.ts';
import { Figure, type Picture } from './figure.ts';
import { fromFragment, type Shared, toFragment } from './share.ts';

const printHelper = `
/** Python's print; reads tensors without blocking, as every backend can. */
async function print(...values: torch.PythonValue[]): Promise<void> {
  const texts = values.map((value) => (value instanceof torch.Tensor ? value.toStringAsync() : value));
  console.log(torch.pythonPrint(...(await Promise.all(texts))));
}`;

/** The page: cells on the left, the figure on the right, and a kernel that runs what the reader asks for. */
export class Notebook {
  private readonly views: CellView[];
  private readonly pictures = new Map<string, Picture>();
  private readonly bar: Bar;
  private readonly figure: Figure;
  private kernel = new Kernel();
  private backend: BackendName;
  private executor = '';
  private names: Readonly<Record<string, NameInfo>> = {};
  private showsTypeScript = false;
  private lastRoots: readonly string[] = [];
  private visited: CellView | undefined;

  constructor(shared: Shared | undefined) {
    this.backend = shared?.backend ?? 'cpu';
    this.figure = new Figure((names) => this.draw(this.visited ?? this.views[0]!, names, false));
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
      visit: (view: CellView) => this.visit(view),
      changed: (view: CellView) => this.showTypeScriptOf(view),
    };
    const cells: readonly PageCell[] = [...seedCells, ownCell('yours', '// A cell of your own.\nx * x')];
    this.views = cells.map((cell) => new CellView(cell, shared?.cells[cell.id] ?? cell.code, events));
    find('#cells').append(...this.views.map(({ element }) => element));
    find('#figure').append(this.figure.element);
    addEventListener('scroll', () => this.visitWhatIsRead(), { passive: true });
  }

  /** Runs every cell in a kernel of its own. Resolves when all have run or the reader stopped them. */
  async runAll(): Promise<void> {
    this.restart();
    try {
      ({ executor: this.executor } = await this.kernel.use(this.backend));
    } catch (error) {
      if (!(error instanceof Stopped))
        this.bar.showResult(this.backend, { kind: 'absent', reason: oneLine(error) });
      return;
    }
    for (const view of this.views) if (!(await this.run(view))) return;
    this.visitWhatIsRead();
    this.bar.showResult(this.backend, this.result());
  }

  private async runEverywhere(): Promise<void> {
    const { backend } = this;
    for (const name of backendNames) {
      this.backend = name;
      this.bar.select(name);
      await this.runAll();
    }
    this.choose(backend);
  }

  private restart(): void {
    this.kernel.stop();
    this.kernel = new Kernel();
    this.names = {};
    this.pictures.clear();
    this.figure.clear();
    for (const view of this.views) view.show(null);
  }

  private async choose(backend: BackendName): Promise<void> {
    this.backend = backend;
    this.bar.select(backend);
    await this.runAll();
  }

  private async runOne(view: CellView, goOn: boolean): Promise<void> {
    if (this.executor === '') ({ executor: this.executor } = await this.kernel.use(this.backend));
    if (goOn) this.views[this.views.indexOf(view) + 1]?.focus();
    await this.run(view);
    this.bar.showResult(this.backend, this.result());
  }

  /** Runs a cell; false when it was stopped. */
  private async run(view: CellView): Promise<boolean> {
    const kernel = this.kernel;
    view.start();
    try {
      const { run } = compile(view.codeToRun, this.kinds());
      const outcome = await kernel.run(view.cell.id, run);
      this.names = outcome.names;
      view.show(outcome);
      await this.draw(view, this.rootsAfter(view.code), outcome.code === 'autograd/second-backward');
    } catch (error) {
      if (error instanceof Stopped) return false;
      view.show({
        output: '',
        error: String(error),
        code: undefined,
        warnings: [],
        milliseconds: 0,
        fallbacks: 0,
        names: {},
      });
    }
    return true;
  }

  private async draw(view: CellView, roots: readonly string[], failed: boolean): Promise<void> {
    this.figure.offer(this.drawable());
    if (roots.length === 0) return;
    this.lastRoots = roots;
    const picture = { cell: view.cell.id, roots, svg: await this.kernel.draw(roots), failed };
    this.pictures.set(view.cell.id, picture);
    this.visited = view;
    this.figure.show(picture);
  }

  /** The figure follows a cell: it shows the graph of the tensor that the cell names last. */
  private rootsAfter(code: string): readonly string[] {
    const roleOf = (name: string): NameInfo['role'] => this.names[name]?.role ?? 'none';
    const used = namesIn(code).filter((name) => roleOf(name) !== 'none');
    const found = used.findLast((name) => roleOf(name) === 'computed') ?? used.at(-1);
    return found === undefined ? this.lastRoots.filter((name) => roleOf(name) !== 'none') : [found];
  }

  private drawable(): readonly string[] {
    return Object.keys(this.names).filter((name) => this.names[name]!.role !== 'none');
  }

  private kinds(): ReadonlyMap<string, Kind> {
    return new Map(Object.entries(this.names).map(([name, { kind }]) => [name, kind]));
  }

  private visit(view: CellView): void {
    const picture = this.pictures.get(view.cell.id);
    if (view === this.visited || picture === undefined) return;
    this.visited = view;
    this.figure.show(picture);
  }

  /** The cell two fifths down the window is the one being read. */
  private visitWhatIsRead(): void {
    const line = innerHeight * 0.4;
    const view = this.views.find(({ element }) => element.getBoundingClientRect().bottom > line);
    if (view !== undefined) this.visit(view);
  }

  private showTypeScript(on: boolean): void {
    this.showsTypeScript = on;
    for (const view of this.views) this.showTypeScriptOf(view);
  }

  private showTypeScriptOf(view: CellView): void {
    view.showTypeScript(this.showsTypeScript ? this.typeScriptOf(view) : null);
  }

  private typeScriptOf(view: CellView): string {
    let known = new Map<string, Kind>();
    try {
      for (const { codeToRun } of this.views.slice(0, this.views.indexOf(view))) {
        known = new Map([...known, ...compile(codeToRun, known).kinds]);
      }
      const { typescript } = compile(view.codeToRun, known);
      return view === this.views[0] ? `${typescript}\n${printHelper}` : typescript;
    } catch (error) {
      return `// ${error}`;
    }
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
    history.replaceState(
      null,
      '',
      await toFragment({ backend: this.backend, cells: Object.fromEntries(changed) }),
    );
    await navigator.clipboard.writeText(location.href).catch(() => {});
  }
}

/** Opens the page. A link's own code waits for the reader to run it. */
export async function openNotebook(): Promise<void> {
  const shared = await fromFragment(location.hash);
  const notebook = new Notebook(shared);
  if (shared === undefined || Object.keys(shared.cells).length === 0) await notebook.runAll();
}

function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}
