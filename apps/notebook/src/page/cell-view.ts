import type { EditorView } from '@codemirror/view';
import { agrees, type PageCell } from '../cells.ts';
import type { Outcome } from '../protocol.ts';
import { button, h, toggle } from './dom.ts';
import { createEditor, highlighted } from './editor.ts';

/** How a cell stands to the document. */
export type CellVerdict = 'none' | 'running' | 'agrees' | 'differs' | 'edited' | 'own';

const verdictTexts: Readonly<Record<CellVerdict, string>> = {
  none: '',
  running: 'running …',
  agrees: '✓ as in the notebook',
  differs: '✗ not as in the notebook',
  edited: 'changed by you',
  own: '',
};

interface CellEvents {
  run(cell: CellView, goOn: boolean): void;
  /** The reader turned to this cell. */
  visit(cell: CellView): void;
  changed(cell: CellView): void;
}

/** One cell on the page: its editor, what it printed, and how that compares with the document. */
export class CellView {
  readonly cell: PageCell;
  readonly element: HTMLElement;
  verdict: CellVerdict = 'none';
  milliseconds = 0;
  fallbacks = 0;
  private readonly editor: EditorView;
  private readonly events: CellEvents;
  private readonly output = h('div', { className: 'output', ariaLive: 'polite' });
  private readonly status = h('p', { className: 'status' });
  private readonly plain = h('pre', { className: 'plain', hidden: true, tabIndex: 0 });
  private readonly restore: HTMLButtonElement;
  private usesSubstitute = true;

  constructor(cell: PageCell, code: string, events: CellEvents) {
    this.cell = cell;
    this.events = events;
    this.editor = createEditor({
      code,
      label: cell.title,
      translations: cell.translations,
      onChange: () => this.changed(),
      onRun: (goOn) => events.run(this, goOn),
    });
    this.restore = button('Restore', () => this.setCode(cell.code), 'Put back the notebook’s own code');
    const play = button('▸', () => events.run(this, false), `Run ${cell.title}`);
    play.className = 'play';
    play.ariaLabel = play.title;
    this.element = h(
      'article',
      { className: cell.hidden ? 'cell hidden-cell' : 'cell', id: `cell-${cell.id}` },
      h('div', { className: 'gutter' }, h('span', { className: 'count' }, cell.title), play),
      h(
        'div',
        { className: 'body' },
        cell.note !== undefined && h('p', { className: 'note' }, cell.note),
        h('div', { className: 'code' }, this.editor.dom, this.plain),
        this.substitution(),
        this.output,
        h('div', { className: 'below' }, this.status, this.restore),
      ),
    );
    this.element.addEventListener('pointerdown', () => events.visit(this));
    this.element.addEventListener('focusin', () => events.visit(this));
    this.showStatus();
  }

  get code(): string {
    return this.editor.state.doc.toString();
  }

  /** The code with the document's own numbers in place of a draw that had no seed. */
  get codeToRun(): string {
    const { substitute } = this.cell;
    return substitute === undefined || !this.usesSubstitute
      ? this.code
      : this.code.replace(substitute.of, substitute.by);
  }

  get isEdited(): boolean {
    return this.code !== this.cell.code;
  }

  get isInSight(): boolean {
    const { top, bottom } = this.element.getBoundingClientRect();
    return top < innerHeight && bottom > 0;
  }

  focus(): void {
    this.editor.focus();
  }

  setCode(code: string): void {
    this.editor.dispatch({ changes: { from: 0, to: this.editor.state.doc.length, insert: code } });
  }

  start(): void {
    this.verdict = 'running';
    this.showStatus();
  }

  /** Shows an outcome; null clears the cell. */
  show(outcome: Outcome | null): void {
    this.output.replaceChildren();
    this.verdict = outcome === null ? 'none' : this.judge(outcome);
    this.milliseconds = outcome?.milliseconds ?? 0;
    this.fallbacks = outcome?.fallbacks ?? 0;
    if (outcome !== null) {
      const { output, error, warnings } = outcome;
      const expected = this.verdict === 'differs' ? this.cell.expect : undefined;
      this.output.append(
        ...(output === '' ? [] : [h('pre', {}, output.replace(/\n$/, ''))]),
        ...(error === undefined ? [] : [h('pre', { className: 'error' }, error)]),
        ...warnings.map((text) => h('pre', { className: 'warning' }, `UserWarning: ${text}`)),
        ...(expected === undefined
          ? []
          : [
              h(
                'pre',
                { className: 'expected' },
                `The notebook shows:\n${expected.error ?? expected.output}`,
              ),
            ]),
      );
    }
    this.showStatus();
  }

  /** Shows an error that came before the cell could run. */
  showError(error: string): void {
    this.show({ output: '', error, code: undefined, warnings: [], milliseconds: 0, fallbacks: 0, names: {} });
  }

  /** Shows the plain TypeScript that the cell stands for, or hides it. */
  showTypeScript(text: string | undefined): void {
    this.plain.hidden = text === undefined;
    if (text !== undefined) this.plain.replaceChildren(highlighted(text));
  }

  private judge(outcome: Outcome): CellVerdict {
    const { expect } = this.cell;
    if (expect === undefined) return 'own';
    if (agrees(outcome, expect)) return 'agrees';
    return this.isEdited || !this.usesSubstitute ? 'edited' : 'differs';
  }

  private changed(): void {
    this.showStatus();
    this.events.changed(this);
  }

  private showStatus(): void {
    const time = this.milliseconds > 0 ? `${this.milliseconds.toFixed(1)} ms` : '';
    const aside = this.fallbacks > 0 ? `${this.fallbacks} steps on the CPU` : '';
    const parts = [verdictTexts[this.verdict], this.verdict === 'running' ? '' : time, aside];
    this.status.textContent = parts.filter((part) => part !== '').join(' · ');
    this.element.dataset.verdict = this.verdict;
    this.restore.hidden = !this.isEdited || this.cell.expect === undefined;
  }

  private substitution(): HTMLElement | undefined {
    const { substitute } = this.cell;
    if (substitute === undefined) return undefined;
    const label = 'Take the numbers that the notebook drew, for it set no seed';
    return toggle(label, true, (checked) => {
      this.usesSubstitute = checked;
      this.changed();
    });
  }
}
