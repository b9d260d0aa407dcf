/** A parameter of one of PyTorch's signatures, and where it goes in ours. */
export interface Param {
  readonly name: string;
  /** Goes into the trailing options object, camelCased. */
  readonly option: boolean;
  /** Python takes it by keyword only. */
  readonly keywordOnly: boolean;
  /** `list`: Python's `*sizes`, which we take as one array. `spread`: one argument each here too. */
  readonly variadic: 'list' | 'spread' | undefined;
}

/** Arguments by the names of PyTorch's parameters; what was not given, or was None, is undefined. */
// biome-ignore lint/suspicious/noExplicitAny: arguments come from Python; what they are is for the callee to check
export type Bound = Readonly<Record<string, any>>;

/** A function of ours, found by name. */
// biome-ignore lint/suspicious/noExplicitAny: see Bound
export type OurFunction = (...args: any[]) => any;

/** What stands between PyTorch's name with its signature and our call. */
export interface Row {
  /** PyTorch's parameters in its order. */
  readonly params: readonly Param[];
  /** Where OpInfo passes arguments in another order than the function does: the names in OpInfo's order. */
  readonly order: readonly string[] | undefined;
  /** Our function's path below the entry point, when it is not the camelCased name. */
  readonly target: string | undefined;
  /** Our call, where it is not simply positional arguments and options. */
  readonly call: ((args: Bound, ours: OurFunction) => unknown) | undefined;
}

/** What a row may say besides its signature. */
export interface RowExtras {
  readonly order?: string;
  readonly target?: string;
  readonly call?: (args: Bound, ours: OurFunction) => unknown;
}

/** Rows by PyTorch's qualified name, or `name@variant` where a variant is called differently. */
export type Rows = { readonly [name: string]: Row };

/**
 * A row from PyTorch's signature. `*` starts the keyword-only parameters, which are options here; `{name}` is
 * positional in PyTorch but an option here; `*name` gathers arguments into one array, `...name` passes them singly.
 */
export function row(signature: string, extras: RowExtras = {}): Row {
  let keywordOnly = false;
  const params: Param[] = [];
  for (const word of words(signature)) {
    if (word === '*') {
      keywordOnly = true;
      continue;
    }
    const braced = word.startsWith('{');
    const variadic = word.startsWith('...') ? 'spread' : word.startsWith('*') ? 'list' : undefined;
    const name = word.replace(/^(?:\.\.\.|\*|\{)/, '').replace(/\}$/, '');
    params.push({ name, option: keywordOnly || braced, keywordOnly, variadic });
  }
  const { order, target, call } = extras;
  return { params, order: order === undefined ? undefined : words(order), target, call };
}

/** The same signature for several names. */
export function rows(names: string, signature: string, extras: RowExtras = {}): Rows {
  const same = row(signature, extras);
  return Object.fromEntries(words(names).map((name) => [name, same]));
}

/** Other names for rows that exist: `aliases({ absolute: 'abs' })`. */
export function aliases(names: { readonly [alias: string]: string }, table: Rows): Rows {
  return Object.fromEntries(
    Object.entries(names).map(([alias, name]) => {
      const known = table[name];
      if (known === undefined) throw new Error(`alias ${alias} of unknown ${name}`);
      return [alias, { ...known, target: known.target ?? pathOf(name) }];
    }),
  );
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

/** `log_softmax` as `logSoftmax`, `relu_` as `relu_`, `max_pool2d` as `maxPool2d`. */
export function camel(name: string): string {
  return name.replace(/(?<=[a-zA-Z0-9])_+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Where we look for a name: `nn.functional.conv2d` is `functional.conv2d`, `special.i0e` is `special.i0e`. */
export function pathOf(name: string): string {
  const parts = name.replace(/^nn\.functional\./, 'functional.').split('.');
  return parts.map(camel).join('.');
}
