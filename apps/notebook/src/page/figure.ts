import { h } from './dom.ts';

/** The graph as it was after a cell. */
export interface Picture {
  /** The cell's title. */
  readonly cell: string;
  /** The tensors whose graph it is. */
  readonly roots: readonly string[];
  readonly svg: string;
  /** Whether the cell failed because backward met what was freed. */
  readonly failed: boolean;
}

const legend = [
  ['leaf', 'leaf'],
  ['function', 'operation'],
  ['saved', 'kept for backward'],
  ['gone', 'freed by backward'],
  ['output', 'result'],
] as const;

const everything = 'everything at once';

/** The figure beside the text: one picture at a time, whose boxes tell what they hold. */
export class Figure {
  readonly element: HTMLElement;
  private readonly canvas = h('div', { className: 'canvas' });
  private readonly caption = h('summary', {}, 'The graph');
  private readonly detail = h('output', { className: 'detail' });
  private readonly choice: HTMLSelectElement;
  private offered: readonly string[] = [];
  private shown: ReadonlySet<string> = new Set();

  /** `choose` is called with the names whose graph the reader wants to see. */
  constructor(choose: (names: readonly string[]) => void) {
    this.choice = h('select', {
      ariaLabel: 'Draw the graph of another tensor',
      onchange: () => {
        choose(this.choice.value === everything ? this.offered : [this.choice.value]);
        this.choice.value = '';
      },
    });
    const entries = legend.map(([kind, text]) => h('li', { className: kind }, text));
    this.element = h(
      'details',
      { className: 'figure', open: matchMedia('(min-width: 60rem)').matches },
      this.caption,
      this.canvas,
      this.detail,
      h('ul', { className: 'legend' }, ...entries),
      this.choice,
    );
    this.clear();
  }

  clear(): void {
    this.say('It grows as cells run.');
    this.detail.textContent = '';
    this.caption.textContent = 'The graph';
    this.shown = new Set();
    this.offer([]);
  }

  /** What the reader can choose from. */
  offer(names: readonly string[]): void {
    this.offered = names;
    const prompt = h('option', { value: '', disabled: true, selected: true }, 'Draw another tensor …');
    const options = names.length > 1 ? [...names, everything] : names;
    this.choice.replaceChildren(prompt, ...options.map((name) => h('option', { value: name }, name)));
    this.choice.hidden = names.length === 0;
  }

  /** One line in place of a picture. */
  say(text: string): void {
    this.canvas.replaceChildren(h('p', { className: 'note' }, text));
  }

  show({ cell, roots, svg, failed }: Picture): void {
    const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
    const drawing = document.importNode(parsed as unknown as SVGSVGElement, true);
    const boxes = [...drawing.querySelectorAll<SVGGElement>('g.node')];
    for (const title of drawing.querySelectorAll('title')) title.remove();
    for (const box of boxes) this.prepare(box);
    drawing.setAttribute('role', 'group');
    drawing.setAttribute('aria-label', `The graph of ${roots.join(', ')}`);
    this.canvas.replaceChildren(drawing);
    this.shown = new Set(boxes.map(({ id }) => id));
    this.caption.replaceChildren('The graph of ', h('code', {}, roots.join(', ')), ` after ${cell}`);
    this.element.dataset.failed = String(failed);
    this.detail.textContent = failed
      ? 'Backward has to pass the dashed operations again, but what they had kept is gone: the backward before freed it.'
      : '';
  }

  /** Makes a box tell what it holds when pointed at or reached by keyboard. */
  private prepare(box: SVGGElement): void {
    const link = box.querySelector('a');
    const text = link?.getAttribute('xlink:title') ?? '';
    link?.removeAttribute('xlink:title');
    const label = Array.from(box.querySelectorAll('text'), ({ textContent }) => textContent).join(' ');
    const tell = (): void => {
      this.detail.textContent = text === '' || text === label ? label : `${label}\n${text}`;
    };
    box.setAttribute('tabindex', '0');
    box.setAttribute('aria-label', label);
    box.addEventListener('pointerenter', tell);
    box.addEventListener('focus', tell);
    if (!this.shown.has(box.id)) box.classList.add('new');
  }
}
