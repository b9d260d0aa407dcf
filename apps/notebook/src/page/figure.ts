import { h } from './dom.ts';

/** The graph as it was after a cell. */
export interface Picture {
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

const everything = 'everything';

/** The figure beside the text: one picture at a time, whose boxes tell what they hold. */
export class Figure {
  readonly element: HTMLElement;
  private readonly canvas = h('div', { className: 'canvas' });
  private readonly after = h('span');
  private readonly detail = h('output', { className: 'detail' });
  private readonly choice: HTMLSelectElement;
  private shown: ReadonlySet<string> = new Set();

  /** `choose` is called with the names whose graph the reader wants to see now. */
  constructor(choose: (names: readonly string[]) => void) {
    this.choice = h('select', {
      ariaLabel: 'The tensor whose graph is drawn',
      onchange: () => {
        const all = Array.from(this.choice.options, ({ value }) => value).filter(
          (value) => value !== everything,
        );
        choose(this.choice.value === everything ? all : [this.choice.value]);
      },
    });
    const caption = h('summary', {}, 'The graph of ', this.choice, ' ', this.after);
    const entries = legend.map(([kind, text]) => h('li', { className: kind }, text));
    this.element = h(
      'details',
      { className: 'figure', open: true },
      caption,
      this.canvas,
      this.detail,
      h('ul', { className: 'legend' }, ...entries),
    );
    this.clear();
  }

  clear(): void {
    this.canvas.replaceChildren(h('p', { className: 'note' }, 'It grows as cells run.'));
    this.detail.textContent = '';
    this.after.textContent = '';
    this.shown = new Set();
  }

  /** What the reader can choose from. */
  offer(names: readonly string[]): void {
    const { value } = this.choice;
    const options = [...names, ...(names.length > 1 ? [everything] : [])];
    this.choice.replaceChildren(...options.map((name) => h('option', { value: name }, name)));
    if (options.includes(value)) this.choice.value = value;
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
    this.choice.value = roots.length === 1 ? roots[0]! : everything;
    this.after.textContent = `after In [${cell}]`;
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
