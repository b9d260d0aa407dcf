import type { ConvMode, DType } from '@taimatsu/core/backend';
import { elementwise, type KernelText, kernelText } from './module.ts';
import { toWord, wordType } from './types.ts';
import { WordNames } from './words.ts';

interface Sizes {
  readonly count: string;
  readonly batch: string;
  readonly groups: string;
  readonly inChannels: string;
  readonly outChannels: string;
  readonly input: readonly string[];
  readonly kernel: readonly string[];
  readonly output: readonly string[];
  readonly stride: readonly string[];
  readonly padding: readonly string[];
  readonly dilation: readonly string[];
  readonly starts: readonly string[];
}

/** Launch data: count, batch, groups, channels in and out, then triples in the plan's order, then starts of out, a, b. */
function sizes(): Sizes {
  const names = new WordNames();
  return {
    count: names.unsigned(),
    batch: names.int(),
    groups: names.int(),
    inChannels: names.int(),
    outChannels: names.int(),
    input: names.several(3),
    kernel: names.several(3),
    output: names.several(3),
    stride: names.several(3),
    padding: names.several(3),
    dilation: names.several(3),
    starts: names.several(3),
  };
}

/** `var name…` for the digits of `id` in a mixed radix, the last first. */
function digits(parts: readonly (readonly [name: string, size: string])[]): string {
  const lines = ['var rest = i32(id);'];
  for (const [name, size] of [...parts].reverse()) {
    lines.push(`let ${name} = rest % ${size};`, `rest = rest / ${size};`);
  }
  return lines.join('\n  ');
}

const axes = [0, 1, 2] as const;
const flat = (names: readonly string[], size: readonly string[]): string =>
  `(${names[0]} * ${size[1]} + ${names[1]}) * ${size[2]} + ${names[2]}`;

/** One loop for each of `names`, around `body`; sums are closed once a row, so that the error grows with the rows. */
function loops(names: readonly string[], size: readonly string[], body: string): string {
  const open = names.map((name, i) => {
    const loop = `for (var ${name} = 0; ${name} < ${size[i]}; ${name}++) {`;
    return i === names.length - 1 ? `var row = zero;\n  ${loop}` : loop;
  });
  return `${open.join('\n  ')}
    ${body}
  }
  sum += row;
  ${'}'.repeat(names.length - 1)}`;
}

const meets = (s: Sizes): string =>
  axes
    .map((d) => `let i${d} = o${d} * ${s.stride[d]} - ${s.padding[d]} + k${d} * ${s.dilation[d]};`)
    .concat(`if (${axes.map((d) => `i${d} < 0 || i${d} >= ${s.input[d]}`).join(' || ')}) { continue; }`)
    .join('\n    ');

const bodies: Readonly<Record<ConvMode, (s: Sizes) => string>> = {
  forward: (
    s,
  ) => `${digits([['n', s.batch], ['g', s.groups], ['oc', s.outChannels], ...axes.map((d) => [`o${d}`, s.output[d]!] as const)])}
  ${loops(
    ['ic', 'k0', 'k1', 'k2'],
    [s.inChannels, ...s.kernel],
    `${meets(s)}
    let x = a[${s.starts[1]} + ((n * ${s.groups} + g) * ${s.inChannels} + ic) * ${volume(s.input)} + ${flat(['i0', 'i1', 'i2'], s.input)}];
    row += x * b[${s.starts[2]} + ((g * ${s.outChannels} + oc) * ${s.inChannels} + ic) * ${volume(s.kernel)} + ${flat(['k0', 'k1', 'k2'], s.kernel)}];`,
  )}`,
  input: (
    s,
  ) => `${digits([['n', s.batch], ['g', s.groups], ['ic', s.inChannels], ...axes.map((d) => [`i${d}`, s.input[d]!] as const)])}
  ${loops(
    ['oc', 'k0', 'k1', 'k2'],
    [s.outChannels, ...s.kernel],
    `${axes.map((d) => `let t${d} = i${d} + ${s.padding[d]} - k${d} * ${s.dilation[d]};`).join('\n    ')}
    if (${axes.map((d) => `t${d} < 0 || t${d} % ${s.stride[d]} != 0 || t${d} / ${s.stride[d]} >= ${s.output[d]}`).join(' || ')}) { continue; }
    ${axes.map((d) => `let o${d} = t${d} / ${s.stride[d]};`).join(' ')}
    let x = a[${s.starts[1]} + ((n * ${s.groups} + g) * ${s.outChannels} + oc) * ${volume(s.output)} + ${flat(['o0', 'o1', 'o2'], s.output)}];
    row += x * b[${s.starts[2]} + ((g * ${s.outChannels} + oc) * ${s.inChannels} + ic) * ${volume(s.kernel)} + ${flat(['k0', 'k1', 'k2'], s.kernel)}];`,
  )}`,
  weight: (
    s,
  ) => `${digits([['g', s.groups], ['oc', s.outChannels], ['ic', s.inChannels], ...axes.map((d) => [`k${d}`, s.kernel[d]!] as const)])}
  ${loops(
    ['n', 'o0', 'o1', 'o2'],
    [s.batch, ...s.output],
    `${meets(s)}
    let x = a[${s.starts[1]} + ((n * ${s.groups} + g) * ${s.inChannels} + ic) * ${volume(s.input)} + ${flat(['i0', 'i1', 'i2'], s.input)}];
    row += x * b[${s.starts[2]} + ((n * ${s.groups} + g) * ${s.outChannels} + oc) * ${volume(s.output)} + ${flat(['o0', 'o1', 'o2'], s.output)}];`,
  )}`,
};

function volume([depth, height, width]: readonly string[]): string {
  return `(${depth} * ${height} * ${width})`;
}

/** An invocation for each element of the result. */
export function convText(mode: ConvMode, dtype: DType): KernelText {
  const s = sizes();
  const type = wordType(dtype);
  const narrow: Partial<Record<DType, string>> = {
    uint8: '(sum & 255)',
    int8: '((sum << 24u) >> 24u)',
    int16: '((sum << 16u) >> 16u)',
  };
  const body = elementwise(
    s.count,
    `let zero = ${type}(0);
  var sum = zero;
  ${bodies[mode](s)}
  out[${s.starts[0]} + i32(id)] = ${narrow[dtype] ?? toWord('sum', dtype)};`,
  );
  return kernelText(
    `conv ${mode} ${dtype}`,
    [
      { name: 'out', type, write: true },
      { name: 'a', type },
      { name: 'b', type },
    ],
    body,
  );
}
