import type { DType, ScalarKernel } from '@taimatsu/core/backend';
import { type Expr, type FunctionBuilder, i32, type Local, type Module } from '../asm/index.ts';
import { type Along, itemsize, loadValue, storeValue } from './access.ts';
import { emitExpression } from './expression.ts';
import { type Family, family, familyFor, isHeavy, scalarType } from './family.ts';
import { nest } from './nest.ts';
import { operandsRead } from './operands.ts';

/** An operand of the loop: where it is now, how it lies, and its inner stride where it has one. */
interface Lane {
  readonly stored: DType;
  readonly along: Along;
  readonly at: Local<'i32'>;
  readonly stride: Local<'i32'> | undefined;
}

interface Loop {
  readonly fam: Family;
  readonly kernel: ScalarKernel;
  readonly out: Lane;
  /** By the numbers of the kernel's inputs. */
  readonly inputs: ReadonlyMap<number, Lane>;
  readonly params: readonly Local[];
  readonly position: Local<'i32'> | undefined;
}

/**
 * The kernel over operands that all lie one element after another. Parameters: elements, address of the output, of
 * each input that is read, then the launch scalars.
 */
export function defineFlat(module: Module, kernel: ScalarKernel): void {
  const read = operandsRead(kernel.body);
  const params = ['i32', 'i32', ...read.map(() => 'i32' as const), ...kernel.params.map(scalarType)];
  module.func('run', params as readonly 'i32'[], 'void', (f, ...all) => {
    const [size, to, ...rest] = all;
    const fam = family(familyOf(kernel), f);
    const lane = (stored: DType, at: Local<'i32'>): Lane => ({
      stored,
      along: 'unit',
      at,
      stride: undefined,
    });
    loop(f, size!, {
      fam,
      kernel,
      out: lane(kernel.output, to!),
      inputs: new Map(read.map((input, i) => [input, lane(kernel.inputs[input]!, rest[i]!)])),
      params: rest.slice(read.length),
      position: kernel.positional ? f.local('i32') : undefined,
    });
  });
}

/**
 * The kernel over any operands, whose loops are described in memory; `along` says how the output and the inputs that
 * are read lie along the inner loop. Parameters: the descriptor's address, then the launch scalars.
 */
export function defineNested(module: Module, kernel: ScalarKernel, along: readonly Along[]): void {
  const read = operandsRead(kernel.body);
  const types = ['i32', ...kernel.params.map(scalarType)] as readonly 'i32'[];
  module.func('run', types, 'void', (f, ...all) => {
    const [descriptor, ...params] = all as [Local<'i32'>, ...Local<'i32'>[]];
    const plain = along.every((one) => one !== 'stride');
    const name = familyOf(kernel);
    // Lanes are gathered only where each holds a whole element.
    const bytes = name === 'quad' ? 4 : 8;
    const gathers = [kernel.output, ...read.map((i) => kernel.inputs[i]!)].every(
      (d) => itemsize(d) === bytes,
    );
    const fam = family(plain || gathers ? name : 'scalar', f);
    const { site, run } = nest(f, descriptor, along.length);
    const at = along.map(() => f.local('i32'));
    const lane = (stored: DType, i: number): Lane => ({
      stored,
      along: along[i]!,
      at: at[i]!,
      stride: along[i] === 'stride' ? site.strides[i]! : undefined,
    });
    const position = kernel.positional ? f.local('i32') : undefined;
    run(() => {
      at.forEach((one, i) => {
        f.set(one, site.pointers[i]!);
      });
      loop(f, site.length, {
        fam,
        kernel,
        out: lane(kernel.output, 0),
        inputs: new Map(read.map((input, i) => [input, lane(kernel.inputs[input]!, i + 1)])),
        params,
        position,
      });
    });
  });
}

export function familyOf(kernel: ScalarKernel): 'scalar' | 'quad' | 'pair' {
  return familyFor([kernel.body], [kernel.output]);
}

const UNROLL = 4;

function loop(f: FunctionBuilder, length: Expr<'i32'>, parts: Loop): void {
  const { fam, kernel } = parts;
  const left = f.let(length);
  const turns = (count: number, body: () => void): void => {
    f.while(i32.ge_u(left, count), () => {
      body();
      f.set(left, i32.sub(left, count));
    });
  };
  if (fam.count === 1) {
    turns(1, () => {
      turn(f, parts, 'whole', 1);
    });
    return;
  }
  if (isHeavy(kernel.body)) {
    heavyLoop(f, left, parts);
    return;
  }
  if (allUnit(parts)) turns(fam.count * UNROLL, () => turn(f, parts, 'whole', UNROLL));
  turns(fam.count, () => turn(f, parts, 'whole', 1));
  turns(1, () => turn(f, parts, 'single', 1));
}

/** Long code is there once: what is loaded and stored depends on how much is left. */
function heavyLoop(f: FunctionBuilder, left: Local<'i32'>, parts: Loop): void {
  const { fam, kernel, inputs, out } = parts;
  const loaded = new Map<number, Local>();
  for (const input of inputs.keys()) loaded.set(input, f.local('v128'));
  const load = (part: Part): void => {
    for (const [input, lane] of inputs) f.set(loaded.get(input)!, loadLane(fam, lane, part, 0));
  };
  const store = (value: Expr, part: Part): void => storeLane(fam, out, part, value, 0);
  f.while(left, () => {
    const whole = f.let(i32.ge_u(left, fam.count));
    f.if(
      whole,
      () => load('whole'),
      () => load('single'),
    );
    const value = f.let(
      emitExpression(fam, kernel.body, { load: (input) => loaded.get(input)!, params: parts.params }),
    );
    f.if(
      whole,
      () => {
        store(value, 'whole');
        advance(f, parts, fam.count);
        f.set(left, i32.sub(left, fam.count));
      },
      () => {
        store(value, 'single');
        advance(f, parts, 1);
        f.set(left, i32.sub(left, 1));
      },
    );
  });
}

type Part = 'whole' | 'single';

function turn(f: FunctionBuilder, parts: Loop, part: Part, unroll: number): void {
  const { fam, kernel, inputs, out, params, position } = parts;
  const count = part === 'whole' ? fam.count : 1;
  for (let k = 0; k < unroll; k++) {
    const value = f.let(
      emitExpression(fam, kernel.body, {
        load: (input) => loadLane(fam, inputs.get(input)!, part, k * count),
        params,
        ...(position === undefined ? {} : { position }),
      }),
    );
    storeLane(fam, out, part, value, k * count);
    if (position !== undefined) f.set(position, i32.add(position, 1));
  }
  advance(f, parts, count * unroll);
}

function loadLane(fam: Family, { stored, along, at, stride }: Lane, part: Part, element: number): Expr {
  const how = along === 'splat' ? 'splat' : part === 'single' ? 'single' : along;
  const offset = along === 'unit' ? element * itemsize(stored) : 0;
  return loadValue(fam, stored, how, at, stride ?? at, offset);
}

function storeLane(
  fam: Family,
  { stored, along, at, stride }: Lane,
  part: Part,
  value: Expr,
  element: number,
): void {
  storeValue(
    fam,
    stored,
    part === 'single' ? 'single' : along,
    at,
    value,
    stride ?? at,
    element * itemsize(stored),
  );
}

function advance(f: FunctionBuilder, { out, inputs }: Loop, elements: number): void {
  for (const { along, at, stride, stored } of [out, ...inputs.values()]) {
    if (along === 'unit') f.set(at, i32.add(at, elements * itemsize(stored)));
    else if (along === 'stride') f.set(at, i32.add(at, i32.mul(stride!, elements)));
  }
}

function allUnit({ out, inputs }: Loop): boolean {
  return out.along === 'unit' && [...inputs.values()].every(({ along }) => along !== 'stride');
}
