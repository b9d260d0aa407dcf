import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { javascript, typescriptLanguage } from '@codemirror/lang-javascript';
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { type EditorState, RangeSet, StateField, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, keymap, WidgetType } from '@codemirror/view';
import { highlightCode, tagHighlighter, tags } from '@lezer/highlight';
import { h } from './dom.ts';

const classes = [
  { tag: [tags.comment], class: 'tok-comment' },
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword], class: 'tok-keyword' },
  { tag: [tags.number, tags.bool, tags.null], class: 'tok-number' },
  { tag: [tags.string], class: 'tok-string' },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], class: 'tok-call' },
];

const highlighter = tagHighlighter(classes);

interface EditorOptions {
  readonly code: string;
  readonly label: string;
  readonly translations: ReadonlyMap<string, string>;
  onChange(code: string): void;
  /** Shift-Enter runs and goes on to the next cell, Control-Enter stays. */
  onRun(goOn: boolean): void;
}

/** A small code editor. Tab moves on to the next control, as everywhere in a page. */
export function createEditor({ code, label, translations, onChange, onRun }: EditorOptions): EditorView {
  const run = (goOn: boolean) => () => {
    onRun(goOn);
    return true;
  };
  return new EditorView({
    doc: code,
    extensions: [
      keymap.of([
        { key: 'Shift-Enter', run: run(true) },
        { key: 'Mod-Enter', run: run(false) },
      ]),
      keymap.of([...defaultKeymap, ...historyKeymap]),
      history(),
      javascript(),
      bracketMatching(),
      indentUnit.of('  '),
      syntaxHighlighting(HighlightStyle.define(classes)),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': label }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onChange(update.state.doc.toString());
      }),
      translationsBelow(translations),
    ],
  });
}

/** English below each comment that has a translation, as long as the comment stands as it was. */
function translationsBelow(translations: ReadonlyMap<string, string>): StateField<DecorationSet> {
  const place = (text: Text): DecorationSet => {
    const ranges = Array.from({ length: text.lines }, (_, i) => text.line(i + 1)).flatMap((line) => {
      const english = translations.get(line.text);
      if (english === undefined) return [];
      const japanese = Decoration.line({ class: 'comment-ja', attributes: { lang: 'ja' } });
      const below = Decoration.widget({ widget: new Translation(english), block: true, side: 1 });
      return [japanese.range(line.from), below.range(line.to)];
    });
    return RangeSet.of(ranges, true);
  };
  return StateField.define({
    create: (state: EditorState) => place(state.doc),
    update: (ranges, change) => (change.docChanged ? place(change.state.doc) : ranges),
    provide: (field) => EditorView.decorations.from(field),
  });
}

class Translation extends WidgetType {
  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }

  override eq(other: Translation): boolean {
    return other.text === this.text;
  }

  override toDOM(): HTMLElement {
    return h('div', { className: 'translation' }, this.text);
  }
}

/** TypeScript with its colours, for reading. */
export function highlighted(code: string): DocumentFragment {
  const out = document.createDocumentFragment();
  highlightCode(
    code,
    typescriptLanguage.parser.parse(code),
    highlighter,
    (text, className) => out.append(className === '' ? text : h('span', { className }, text)),
    () => out.append('\n'),
  );
  return out;
}
