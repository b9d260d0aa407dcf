import { type Argument, type Dialect, int, type NativeFunction, native } from './dialect/dialect.ts';

/** What an argument of a kernel is: elements, or a number in one of two forms. */
export type ArgumentKind =
  /** Elements that are read anywhere. */
  | 'texels'
  /** As many elements as the output has, of which only the one in the same place is read. */
  | 'here'
  /** Elements from the host. */
  | 'upload'
  | 'int'
  | 'float';

/**
 * A kernel to compile. Its body is in the dialect, where `t` is the element to make and arguments go by their names, and
 * not in gpu.js's subset of JavaScript: that makes floats of integer variables and cuts loops at 1,000 iterations unless
 * told otherwise.
 */
export interface KernelSource {
  readonly args: readonly (readonly [name: string, kind: ArgumentKind])[];
  readonly functions: readonly NativeFunction[];
  readonly body: readonly string[];
  /** Where there are texels: the body returns a `vec4`, elements `t` to `t + 3` at once. */
  readonly isWhole?: boolean;
}

/** How kernels' bodies read elements of their arguments. */
export interface Reading {
  /** The text of an element. */
  read(name: string, index: string): string;
  /** The text of element `t` of a `here` argument. */
  readHere(name: string): string;
  /** Where there are texels: what reads them in turn, from the one that begins with element `base`. */
  texelCursor(name: string, base: string): Cursor;
  /** Where there are texels: the text of the one at a place from (0, 0) to (1, 1). */
  readTexel(name: string, place: string): string;
  /** What reads elements `base`, `base + step`, `base + 2 step`, … in turn; `step` is not negative. */
  cursor(name: string, base: string, step: string): Cursor;
}

/** Statements that begin and go on, and the text of what the cursor is at. */
export interface Cursor {
  readonly begin: readonly string[];
  readonly value: string;
  readonly next: readonly string[];
}

/** A kernel's text for gpu.js: the one statement that it translates, and the functions that it passes on. */
export interface KernelText {
  readonly call: string;
  readonly main: readonly NativeFunction[];
  readonly helpers: string;
}

/** How kernels' texts are made for arrays, or for textures. `user_…` are gpu.js's names for what it declares. */
export interface Texts extends Reading {
  kernel(source: KernelSource): KernelText;
}

function numbersOf({ args }: KernelSource): readonly Argument[] {
  return args.flatMap(([name, kind]): Argument[] => {
    if (kind !== 'int' && kind !== 'float') return [];
    return [{ name, type: kind === 'int' ? 'int32' : 'float32' }];
  });
}

const called = (name: string, args: readonly string[]): string => `${name}(${args.join(', ')})`;

const noTexels = (): never => {
  throw new Error('arrays have no texels');
};

/** Arrays: one element after another. */
export function arrays(dialect: Dialect): Texts {
  return {
    read: (name, index) => `user_${name}[${index}]`,
    readHere: (name) => `user_${name}[t]`,
    readTexel: noTexels,
    texelCursor: noTexels,
    cursor: (name, base, step) => ({
      begin: [`let ${name}c = ${base};`],
      value: `user_${name}[${name}c]`,
      next: [`${name}c += ${step};`],
    }),
    kernel: (source) => {
      const numbers = numbersOf(source);
      const element = native(dialect, 'element', 'float32', [int('t'), ...numbers], source.body);
      return {
        call: called('element', ['this.thread.x', ...numbers.map(({ name }) => name)]),
        main: [element],
        helpers: needed([...dialect.helpers, ...source.functions], element.source),
      };
    },
  };
}

/** Longer functions are called in a loop over a texel's elements: shaders have calls inlined, and take long to compile. */
const LONG_TEXT = 1500;

/**
 * Textures, whose texels hold four elements each. They are sampled by `sample`, a function of GLSL, rather than fetched by
 * whole numbers: software renderers do that in half the time.
 */
export function textures(dialect: Dialect, sample: string): Texts {
  const size = (name: string): string => `user_${name}Size.x`;
  const readTexel = (name: string, place: string): string => `${sample}(user_${name}, ${place})`;
  const fetch = (name: string, cell: string): string =>
    readTexel(name, `(vec2(${cell}) + 0.5) / vec2(user_${name}Size)`);
  const fetchHere = (name: string): string => readTexel(name, `gl_FragCoord.xy / vec2(user_${name}Size)`);
  return {
    read: (name, index) => `tmRead(user_${name}, user_${name}Size, ${index})`,
    readHere: (name) => `${name}h`,
    readTexel,
    texelCursor: (name, base) => ({
      begin: [`ivec2 ${name}c = tmCell(${base} / 4, ${size(name)});`],
      value: fetch(name, `${name}c`),
      next: [`${name}c.x += 1;`, `if (${name}c.x >= ${size(name)}) ${name}c = ivec2(0, ${name}c.y + 1);`],
    }),
    cursor: (name, base, step) => ({
      begin: [
        `int ${name}i = ${base};`,
        `ivec2 ${name}c = tmCell(${name}i / 4, ${size(name)});`,
        `int ${name}l = ${name}i - (${name}i / 4) * 4;`,
        `ivec2 ${name}d = tmCell(${step} / 4, ${size(name)});`,
        `int ${name}m = ${step} - (${step} / 4) * 4;`,
      ],
      value: `tmLane(${fetch(name, `${name}c`)}, ${name}l)`,
      // Going along takes no division, which is what costs most.
      next: [
        `${name}c += ${name}d;`,
        `${name}l += ${name}m;`,
        `if (${name}l > 3) { ${name}l -= 4; ${name}c.x += 1; }`,
        `if (${name}c.x >= ${size(name)}) ${name}c += ivec2(-${size(name)}, 1);`,
      ],
    }),
    kernel: (source) => {
      const { args, functions, body } = source;
      const numbers = numbersOf(source);
      const names = numbers.map(({ name }) => name);
      const inPlace = args.flatMap(([name, kind]) => (kind === 'here' ? [name] : []));
      const upload = args.flatMap(([name, kind]) => (kind === 'upload' ? [name] : []))[0];
      const element = native(
        dialect,
        'element',
        'float32',
        [int('t'), ...numbers, ...inPlace.map((name): Argument => ({ name: `${name}h`, type: 'float32' }))],
        body,
      );
      const isWhole = source.isWhole === true || upload !== undefined;
      const of = (lane: string): string =>
        called('element', [`t + ${lane}`, ...names, ...inPlace.map((name) => `${name}v[${lane}]`)]);
      const text = needed([...dialect.helpers, ...functions], body.join('\n'));
      const isLong = text.length > LONG_TEXT;
      const whole = isLong
        ? ['vec4 all;', `for (int l = 0; l < 4; l++) all[l] = ${of('l')};`, 'return all;']
        : [`return vec4(${['0', '1', '2', '3'].map(of).join(', ')});`];
      const list = numbers.map(({ name, type }) => `${type === 'int32' ? 'int' : 'float'} ${name}`);
      const at = 'int t = (int(gl_FragCoord.x) + int(gl_FragCoord.y) * uTexSize.x) * 4;';
      const lines =
        upload !== undefined
          ? [`return ${fetchHere(upload)};`]
          : isWhole
            ? [at, ...body]
            : [at, ...inPlace.map((name) => `vec4 ${name}v = ${fetchHere(name)};`), ...whole];
      const texel = `vec4 texel(${list.join(', ')}) {\n${lines.join('\n')}\n}`;
      // One function for gpu.js: what it puts before a kernel's functions does not see the kernel's textures.
      const all = isWhole ? texel : `${element.source}\n${texel}`;
      return {
        call: called('texel', names),
        main: [{ name: 'texel', returns: 'float32x4', args: numbers, source: all }],
        helpers: needed([...dialect.helpers, ...functions], all),
      };
    },
  };
}

/** Those of `functions` that `text` calls, and what they call, in order: compiling the others would take as long. */
function needed(functions: readonly NativeFunction[], text: string): string {
  const kept: string[] = [];
  let rest = text;
  for (const { name, source } of functions.toReversed()) {
    if (!rest.includes(`${name}(`)) continue;
    kept.unshift(source);
    rest += source;
  }
  return kept.join('\n');
}
