import { fail } from '../errors/index.ts';
import type { Tensor } from '../extend/index.ts';
import { type SizeLike, sizesFor } from './sizes.ts';
import type { WindowGeometry } from './windows.ts';

/** What a pool is asked to do, as given by the caller. */
export interface PoolSettings {
  readonly kernelSize: SizeLike;
  readonly stride: SizeLike | null | undefined;
  readonly padding: SizeLike;
  readonly dilation: SizeLike;
  readonly ceilMode: boolean;
}

const list = (sizes: readonly number[]): string => `[${sizes.join(', ')}]`;

/** How many windows there are; with `ceilMode` also one that begins inside and ends outside. */
export function pooledSize(
  input: number,
  kernel: number,
  stride: number,
  padding: number,
  dilation: number,
  ceilMode: boolean,
): number {
  const room = input + 2 * padding - dilation * (kernel - 1) - 1 + (ceilMode ? stride - 1 : 0);
  const count = Math.floor(room / stride) + 1;
  return ceilMode && (count - 1) * stride >= input + padding ? count - 1 : count;
}

/** The windows of a pool over the last `rank` dimensions. @throws as PyTorch's pool `op` does */
export function poolWindows(op: string, rank: number, input: Tensor, settings: PoolSettings): WindowGeometry {
  const kernel = sizesFor(op, 'kernel_size', settings.kernelSize, rank);
  const given = settings.stride;
  const none = given == null || (typeof given !== 'number' && given.length === 0);
  const stride = none ? kernel : sizesFor(op, 'stride', given, rank);
  const padding = sizesFor(op, 'padding', settings.padding, rank);
  const dilation = sizesFor(op, 'dilation', settings.dilation, rank);
  if (stride.some((n) => n === 0)) fail('op/argument', { text: 'stride should not be zero' });
  checkRank(rank, input);
  const sizes = input.shape.slice(input.ndim - rank);
  kernel.forEach((k, d) => {
    if (padding[d]! < 0) {
      fail('op/argument', { text: `pad must be non-negative, but got pad: ${padding[d]}` });
    }
    if (padding[d]! > Math.floor(k / 2)) {
      fail('op/argument', {
        text: `pad should be at most half of kernel size, but got pad=${padding[d]} and kernel_size=${k}`,
      });
    }
  });
  const output = sizes.map((n, d) =>
    pooledSize(n, kernel[d]!, stride[d]!, padding[d]!, dilation[d]!, settings.ceilMode),
  );
  const letters = ['T', 'H', 'W'].slice(3 - rank);
  for (const [name, prefix, values] of [
    ['kernel size', 'k', kernel],
    ['stride', 'd', stride],
    ['dilation', 'dilation', dilation],
  ] as const) {
    if (values.every((n) => n > 0)) continue;
    const got = values.map((n, d) => `${prefix}${letters[d]}: ${n}`).join(' ');
    fail('op/argument', { text: `${name} should be greater than zero, but got ${got}` });
  }
  checkSizes(op, rank, input);
  if (output.some((n) => n < 1)) {
    const channels = input.shape[input.ndim - rank - 1];
    fail('op/argument', {
      text: `Given input size: (${[channels, ...sizes].join('x')}). Calculated output size: (${[channels, ...output].join('x')}). Output size is too small`,
    });
  }
  return { kernel, stride, dilation, padding, output, input: sizes };
}

const ranksOf = (rank: number): string => `${rank + 1}D or ${rank + 2}D (batch mode)`;

function checkRank(rank: number, input: Tensor): void {
  if (input.ndim === rank + 2 || input.ndim === rank + 1) return;
  fail('op/argument', { text: `non-empty ${ranksOf(rank)} tensor expected for input` });
}

// PyTorch prints the size of the dimension that it means to name, which is 0.
function checkSizes(op: string, rank: number, input: Tensor): void {
  const rest = input.shape.slice(input.ndim === rank + 2 ? 1 : 0);
  if (rest.every((n) => n > 0)) return;
  const name = op === 'max_pool3d' ? 'max_pool3d_with_indices_out_cpu_template' : op;
  fail('op/argument', {
    text:
      rank === 2
        ? `Expected ${ranksOf(rank)} tensor with optional 0 dim batch size for input, but got:${list(input.shape)}`
        : `${name}(): Expected input's non-batch dimensions to have positive length, but input has a shape of ${list(input.shape)} and non-batch dimension 0 has length zero!`,
  });
}

/** Where the windows of an adaptive pool begin and end along one dimension. */
export function adaptiveBounds(input: number, output: number): readonly (readonly [number, number])[] {
  return Array.from({ length: output }, (_, i) => [
    Math.floor((i * input) / output),
    Math.ceil(((i + 1) * input) / output),
  ]);
}

/** The windows of an adaptive pool, where they are all alike and do not overlap. */
export function evenWindows(input: readonly number[], output: readonly number[]): WindowGeometry | undefined {
  if (output.some((n, d) => n === 0 || input[d]! % n !== 0)) return undefined;
  const kernel = output.map((n, d) => input[d]! / n);
  const same = (value: number): number[] => new Array<number>(kernel.length).fill(value);
  return { kernel, stride: kernel, dilation: same(1), padding: same(0), output, input };
}

/** Windows of any sizes: which places of a flattened plane each looks at, the first ones repeated to equal length. */
export interface WindowTable {
  /** Row by row, `length` places for each window. */
  readonly places: readonly number[];
  readonly length: number;
  /** How many places of each window count. */
  readonly counts: readonly number[];
}

/** The table of windows that are products of intervals, `bounds[d][o]` along dimension d. */
export function windowTable(
  input: readonly number[],
  bounds: readonly (readonly (readonly [number, number])[])[],
): WindowTable {
  const windows = bounds.reduce<readonly (readonly number[])[]>(
    (outer, own, d) =>
      outer.flatMap((places) =>
        own.map(([from, to]) =>
          places.flatMap((place) =>
            Array.from({ length: to - from }, (_, i) => place * input[d]! + from + i),
          ),
        ),
      ),
    [[0]],
  );
  const length = Math.max(0, ...windows.map((places) => places.length));
  const places = windows.flatMap((own) => Array.from({ length }, (_, i) => own[i] ?? own[0]!));
  return { places, length, counts: windows.map((own) => own.length) };
}
