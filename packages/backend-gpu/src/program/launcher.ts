import {
  type DType,
  dtypeInfo,
  fail,
  type Literal,
  type Shape,
  type Strides,
  type View,
} from '@taimatsu/core/backend';
import { type Dialect, int, type NativeFunction, native } from '../dialect/dialect.ts';
import { scalarArguments } from '../dialect/scalar.ts';
import type { Engine, Run, Texels } from '../gpujs.ts';
import { walk } from '../host/walk.ts';
import { narrowed } from '../integers.ts';
import { bufferOf, type GpuBuffer, type Memory } from '../memory.ts';
import type { ArgumentKind, KernelSource } from '../text.ts';

/** Something that a kernel finds its way in by the place of its output element: elements to read, or only a number. */
export interface Operand {
  readonly name: string;
  /** Absent for a number that the strides make of the place. */
  readonly texels?: Texels;
  readonly offset: number;
  readonly strides: Strides;
}

/** A kernel's own part, written when it is first needed. */
export interface Source {
  /** Arguments after the operands. */
  readonly extra: readonly (readonly [name: string, kind: ArgumentKind])[];
  readonly functions: readonly NativeFunction[];
  /** Statements that return an element of the output view. `at(name)` is an operand's index. */
  body(at: (operand: string) => string): readonly string[];
}

/**
 * Runs kernels that make one buffer anew, element by element. A texture cannot be written in part: where the output view
 * does not cover its buffer, every element of the buffer is visited, and those outside the view are copied. An element's
 * place in the view is found by dividing by the view's strides, largest first.
 */
export class Launcher {
  readonly engine: Engine;
  readonly memory: Memory;
  readonly dialect: Dialect;
  private readonly runs = new Map<string, Run>();

  constructor(memory: Memory) {
    this.memory = memory;
    this.engine = memory.engine;
    this.dialect = memory.engine.dialect;
  }

  /** `shape` and `strides` are the output's loops, which the operands' strides go along with. */
  launch(
    key: string,
    out: View,
    shape: Shape,
    strides: Strides,
    operands: readonly Operand[],
    extra: readonly (Texels | number)[],
    source: () => Source,
  ): void {
    const buffer = bufferOf(out);
    if (isNested(shape, strides)) {
      const texels = this.make(key, buffer, out.offset, shape, strides, operands, extra, source);
      this.memory.replace(buffer, texels);
      return;
    }
    const values = this.scratch(key, shape, operands, extra, source);
    this.place(values, out, shape, strides);
    this.engine.dispose(values);
  }

  /** Puts row-major values to where dividing does not lead: by a table of places that the host makes. */
  private place(values: Texels, out: View, shape: Shape, strides: Strides): void {
    const { engine, memory } = this;
    const buffer = bufferOf(out);
    const places = new Float32Array(buffer.length).fill(-1);
    let position = 0;
    const at = [out.offset];
    walk({ shape, strides: [strides] }, at, () => {
      places[at[0]!] = position++;
    });
    const table = engine.upload(places);
    const args = [values, table, memory.texels(buffer)];
    const texels = this.flat('place', buffer.length, args, () => ({
      args: [
        ['values', 'texels'],
        ['table', 'here'],
        ['before', 'here'],
      ],
      functions: [],
      body: [
        this.dialect.declare('int32', 'at', this.dialect.cast(engine.readHere('table'), 'float32', 'int32')),
        `if (at < 0) return ${engine.readHere('before')};`,
        `return ${engine.read('values', 'at')};`,
      ],
    }));
    engine.dispose(table);
    memory.replace(buffer, texels);
  }

  /**
   * As {@link launch}, for a row-major result that belongs to nobody yet: the caller disposes of it. Its texture has rows of
   * `width` texels if that is given.
   */
  scratch(
    key: string,
    shape: Shape,
    operands: readonly Operand[],
    extra: readonly (Texels | number)[],
    source: () => Source,
    width?: number,
  ): Texels {
    const strides: number[] = new Array(shape.length);
    let size = 1;
    for (let d = shape.length - 1; d >= 0; d--) {
      strides[d] = size;
      size *= shape[d]!;
    }
    const { maxElements } = this.engine;
    if (size > maxElements) fail('backend/too-large', { backend: 'gpu', length: size, limit: maxElements });
    return this.make(key, size, 0, shape, strides, operands, extra, source, width);
  }

  private make(
    key: string,
    out: GpuBuffer | number,
    offset: number,
    shape: Shape,
    strides: Strides,
    operands: readonly Operand[],
    extra: readonly (Texels | number)[],
    source: () => Source,
    width?: number,
  ): Texels {
    const length = typeof out === 'number' ? out : out.length;
    const order = byStride(shape, strides);
    const size = shape.reduce((product, n) => product * n, 1);
    const before = size === length ? undefined : this.memory.texels(out as GpuBuffer);
    const full = `${key} ${order.length}${before === undefined ? '' : ' part'}`;
    let run = this.runs.get(full);
    if (run === undefined) {
      run = this.engine.compile(this.assemble(order.length, before !== undefined, operands, source()));
      this.runs.set(full, run);
    }
    const args: (Texels | number)[] = before === undefined ? [] : [before];
    for (const { texels } of operands) if (texels !== undefined) args.push(texels);
    const place: number[] = [offset];
    for (const d of order) place.push(shape[d]!, strides[d]!);
    for (const operand of operands) {
      place.push(operand.offset);
      for (const d of order) place.push(operand.strides[d]!);
    }
    args.push(...place, ...extra);
    this.checkTextures(args);
    return run(length, args, width);
  }

  /** A kernel that needs no place: element `i` of the result is made of elements `i` of `inputs`. */
  flat(key: string, length: number, args: readonly (Texels | number)[], source: () => KernelSource): Texels {
    let run = this.runs.get(key);
    if (run === undefined) {
      run = this.engine.compile(source());
      this.runs.set(key, run);
    }
    this.checkTextures(args);
    return run(length, args);
  }

  private checkTextures(args: readonly (Texels | number)[]): void {
    let textures = 0;
    for (const arg of args) if (typeof arg === 'object') textures++;
    const { maxTextures } = this.engine;
    if (textures <= maxTextures) return;
    fail('backend/unsupported', {
      backend: 'gpu',
      what: `a kernel that reads ${textures} tensors`,
      reason: `shaders read at most ${maxTextures} textures here`,
    });
  }

  private assemble(
    rank: number,
    partial: boolean,
    operands: readonly Operand[],
    source: Source,
  ): KernelSource {
    const dims = Array.from({ length: rank }, (_, d) => d);
    const args: (readonly [string, ArgumentKind])[] = partial ? [['before', 'texels']] : [];
    for (const { name, texels } of operands) if (texels !== undefined) args.push([name, 'texels']);
    args.push(['o', 'int']);
    for (const d of dims) args.push([`n${d}`, 'int'], [`s${d}`, 'int']);
    for (const { name } of operands) {
      args.push([`${name}k`, 'int']);
      for (const d of dims) args.push([`${name}k${d}`, 'int']);
    }
    args.push(...source.extra);
    const inside = ['t', 'o', ...dims.flatMap((d) => [`n${d}`, `s${d}`])];
    const at = (name: string): string =>
      `walk(${['t', 'o', `${name}k`, ...dims.flatMap((d) => [`s${d}`, `${name}k${d}`])].join(', ')})`;
    return {
      args,
      functions: [...placeFunctions(this.dialect, rank, partial), ...source.functions],
      body: [
        ...(partial ? [`if (!inside(${inside.join(', ')})) return ${this.engine.read('before', 't')};`] : []),
        ...source.body(at),
      ],
    };
  }
}

/** True where each stride is longer than all that lies within it, so that dividing by it is the way back. */
export function isNested(shape: Shape, strides: Strides): boolean {
  let within = 0;
  for (const d of byStride(shape, strides).toReversed()) {
    if (strides[d]! <= within) return false;
    within += (shape[d]! - 1) * strides[d]!;
  }
  return true;
}

/** Dimensions from the largest stride to the smallest, without those of size 1, which could be of any stride. */
function byStride(shape: Shape, strides: Strides): readonly number[] {
  const order = strides.map((_, d) => d).filter((d) => shape[d] !== 1);
  return order.sort((p, q) => strides[q]! - strides[p]!);
}

/** `inside` says whether an element belongs to the view; `walk` gives an operand's index for it. */
function placeFunctions(dialect: Dialect, rank: number, partial: boolean): readonly NativeFunction[] {
  const dims = Array.from({ length: rank }, (_, d) => d);
  const step = (d: number): string => dialect.declare('int32', `i${d}`, dialect.quotient('q', `s${d}`));
  const walk = native(
    dialect,
    'walk',
    'int32',
    [int('t'), int('o'), int('k'), ...dims.flatMap((d) => [int(`s${d}`), int(`k${d}`)])],
    [
      dialect.declare('int32', 'q', 't - o'),
      dialect.declare('int32', 'at', 'k'),
      ...dims.map((d) => `${step(d)}\nq = q - i${d} * s${d};\nat = at + i${d} * k${d};`),
      'return at;',
    ],
  );
  if (!partial) return [walk];
  const inside = native(
    dialect,
    'inside',
    'bool',
    [int('t'), int('o'), ...dims.flatMap((d) => [int(`n${d}`), int(`s${d}`)])],
    [
      dialect.declare('int32', 'q', 't - o'),
      'if (q < 0) return false;',
      ...dims.map((d) => `${step(d)}\nif (i${d} >= n${d}) return false;\nq = q - i${d} * s${d};`),
      'return q == 0;',
    ],
  );
  return [walk, inside];
}

/** Launch scalars as arguments of a kernel. */
export function parameterArguments(
  params: readonly DType[],
  dialect: Dialect,
): readonly (readonly [string, ArgumentKind])[] {
  return scalarArguments(params, dialect).map(({ name, type }) => [
    name,
    type === 'float32' ? 'float' : 'int',
  ]);
}

/** A launch scalar as an argument: integers wrapped to 32 bits, floats as the dialect takes them. */
export function parameterValues(
  params: readonly Literal[],
  dtypes: readonly DType[],
  dialect: Dialect,
): number[] {
  return dtypes.map((dtype, i) => {
    const value = narrowed(params[i]!, dtype);
    if (typeof value === 'boolean') return value ? 1 : 0;
    if (dialect.floatParams === 'value' || dtypeInfo[dtype].category !== 'float') return Number(value);
    floats[0] = Number(value);
    return words[0]!;
  });
}

const floats = new Float32Array(1);
const words = new Int32Array(floats.buffer);
