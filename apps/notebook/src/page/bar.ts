import { type BackendName, backendNames } from '../protocol.ts';
import { button, find, h, toggle } from './dom.ts';

/** How the whole notebook went on a backend. */
export type Result =
  | {
      readonly kind: 'ran';
      readonly executor: string;
      readonly agreed: number;
      readonly total: number;
      readonly milliseconds: number;
      readonly fallbacks: number;
    }
  | { readonly kind: 'absent'; readonly reason: string };

interface BarEvents {
  runAll(): void;
  restart(): void;
  choose(backend: BackendName): void;
  runEverywhere(): void;
  showTypeScript(on: boolean): void;
  /** Copies a link to the page as it is. */
  share(): Promise<void>;
}

/** The line of controls at the top, with each backend's verdict. */
export class Bar {
  private readonly choices = new Map<BackendName, { input: HTMLInputElement; verdict: HTMLElement }>();
  private readonly line = h('p', { className: 'line', ariaLive: 'polite' });

  constructor(events: BarEvents) {
    const share = button('Share', async () => {
      await events.share();
      this.say('The link is copied: it opens this page with your changes.');
    });
    find('#bar').append(
      h(
        'div',
        { className: 'controls' },
        button('▸▸ Run all', events.runAll, 'Start afresh and run every cell'),
        button('Restart', events.restart, 'Forget every name; also stops what is running'),
        h(
          'fieldset',
          {},
          h('legend', {}, 'Backend'),
          ...backendNames.map((name) => this.choice(name, events)),
        ),
        button('Compare', events.runEverywhere, 'Run every cell on each backend'),
        toggle('Plain TypeScript', false, events.showTypeScript),
        share,
      ),
      this.line,
    );
  }

  /** One line for the reader. */
  say(text: string): void {
    this.line.textContent = text;
  }

  select(backend: BackendName): void {
    this.choices.get(backend)!.input.checked = true;
  }

  showResult(backend: BackendName, result: Result | undefined): void {
    const { verdict } = this.choices.get(backend)!;
    verdict.textContent = result === undefined ? '' : shortVerdict(result);
    verdict.className = `verdict ${result === undefined ? '' : mood(result)}`;
    if (result !== undefined) this.say(`${backend}: ${longVerdict(result)}`);
  }

  private choice(name: BackendName, events: BarEvents): HTMLLabelElement {
    const input = h('input', {
      type: 'radio',
      name: 'backend',
      value: name,
      onchange: () => events.choose(name),
    });
    const verdict = h('span', { className: 'verdict' });
    this.choices.set(name, { input, verdict });
    return h('label', { className: 'backend' }, input, h('span', {}, name), verdict);
  }
}

function mood(result: Result): string {
  if (result.kind === 'absent') return 'absent';
  return result.agreed === result.total ? 'good' : 'bad';
}

function shortVerdict(result: Result): string {
  if (result.kind === 'absent') return 'not here';
  return result.agreed === result.total ? '✓' : `${result.agreed}/${result.total}`;
}

function longVerdict(result: Result): string {
  if (result.kind === 'absent') return `cannot run here: ${result.reason}`;
  const { agreed, total, milliseconds, executor, fallbacks } = result;
  const aside = fallbacks > 0 ? `, ${fallbacks} steps on the CPU` : '';
  return `${agreed} of ${total} cells as in the notebook, ${milliseconds.toFixed(0)} ms on ${executor}${aside}.`;
}
