import { namesIn } from '../language/compile.ts';
import type { ArtistApi, KernelApi, NameInfo } from '../protocol.ts';
import { Remote, Stopped } from '../remote.ts';
import type { CellView } from './cell-view.ts';
import { Figure, type Picture } from './figure.ts';

type Names = Readonly<Record<string, NameInfo>>;

/** The pictures of the graph, one for each cell that ran, and which of them the figure shows. */
export class Graphs {
  readonly figure: Figure;
  private readonly artist = new Remote<ArtistApi>(
    new Worker(new URL('../artist/worker.ts', import.meta.url), { type: 'module' }),
  );
  private readonly kernel: () => Remote<KernelApi>;
  private readonly pictures = new Map<CellView, Picture>();
  private names: Names = {};
  private lastRoots: readonly string[] = [];
  /** The cell whose picture is shown. */
  private shown: CellView | undefined;
  /** The cell that the reader turned to with pointer or keyboard: scrolling a little does not turn away from it. */
  private chosen: CellView | undefined;
  private drawing: Promise<void> = Promise.resolve();

  constructor(kernel: () => Remote<KernelApi>) {
    this.kernel = kernel;
    this.figure = new Figure((roots) => {
      if (this.shown !== undefined) this.draw(this.shown, roots, false);
    });
  }

  clear(): void {
    this.pictures.clear();
    this.names = {};
    this.lastRoots = [];
    this.figure.clear();
  }

  /** Draws what a cell has left behind: the graph of the tensor that it names last. Does not wait for the picture. */
  follow(view: CellView, names: Names, failed: boolean): void {
    this.names = names;
    this.figure.offer(Object.keys(names).filter((name) => this.roleOf(name) !== 'none'));
    this.lastRoots = this.rootsAfter(view.code);
    if (this.lastRoots.length > 0) this.draw(view, this.lastRoots, failed);
  }

  /** Resolves when every picture asked for so far is there. */
  settled(): Promise<void> {
    return this.drawing;
  }

  /** The reader turned to a cell. */
  choose(view: CellView): void {
    this.chosen = view;
    this.show(view);
  }

  /** The reader scrolled: without a choice in sight, the cell two fifths down the window is the one being read. */
  scrolled(views: readonly CellView[]): void {
    if (this.chosen?.isInSight) return;
    this.chosen = undefined;
    const line = innerHeight * 0.4;
    const drawn = views.filter((view) => this.pictures.has(view));
    const view = drawn.find(({ element }) => element.getBoundingClientRect().bottom > line);
    if (view !== undefined) this.show(view);
  }

  private show(view: CellView): void {
    const picture = this.pictures.get(view);
    if (view === this.shown || picture === undefined) return;
    this.shown = view;
    this.figure.show(picture);
  }

  private draw(view: CellView, roots: readonly string[], failed: boolean): void {
    const dot = this.kernel().call('graph', roots);
    const earlier = this.drawing;
    const finish = async (): Promise<void> => {
      const svg = await this.artist.call('draw', await dot);
      await earlier;
      const picture = { cell: view.cell.title, roots, svg, failed };
      this.pictures.set(view, picture);
      this.shown = view;
      this.figure.show(picture);
    };
    this.drawing = finish().catch((error) => {
      if (!(error instanceof Stopped)) this.figure.say(`The graph cannot be drawn: ${error.message}`);
    });
  }

  private rootsAfter(code: string): readonly string[] {
    const used = namesIn(code).filter((name) => this.roleOf(name) !== 'none');
    const found = used.findLast((name) => this.roleOf(name) === 'computed') ?? used.at(-1);
    return found === undefined ? this.lastRoots.filter((name) => this.roleOf(name) !== 'none') : [found];
  }

  private roleOf(name: string): NameInfo['role'] {
    return this.names[name]?.role ?? 'none';
  }
}
