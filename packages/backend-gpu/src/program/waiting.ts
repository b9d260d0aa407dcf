import type { Literal, ScalarKernel } from '@taimatsu/core/backend';
import type { NativeFunction } from '../dialect/dialect.ts';
import { scalarFunction } from '../dialect/scalar.ts';
import type { Texels } from '../gpujs.ts';
import type { GpuBuffer } from '../memory.ts';
import type { KernelSource } from '../text.ts';
import { type Launcher, parameterArguments, parameterValues } from './launcher.ts';

/** Steps in one kernel, counting each as often as it is read, and steps that wait at all. */
const LONGEST = 256;
const MOST_WAITING = 512;
/** Kernels of several steps that are remembered before all are forgotten. */
const MOST_KNOWN = 4096;

/** What a step reads: another that waits too, or elements that are there. */
type Source = Step | Texels;

/** A map that has not run: buffers that nobody asks for have none of their elements yet. */
export class Step {
  readonly kernel: ScalarKernel;
  readonly params: readonly number[];
  readonly size: number;
  readonly sources: readonly Source[];
  /** How many steps it is with those that it would run with it. */
  readonly length: number;
  /** The buffer that it is for, as long as anyone can ask for that. */
  owner: GpuBuffer | undefined;
  /** The steps that wait for it. */
  readers = 0;
  texels: Texels | undefined = undefined;

  constructor(
    kernel: ScalarKernel,
    params: readonly number[],
    size: number,
    sources: readonly Source[],
    owner: GpuBuffer,
  ) {
    this.kernel = kernel;
    this.params = params;
    this.size = size;
    this.sources = sources;
    this.owner = owner;
    let length = 1;
    for (const source of sources) if (source instanceof Step) length += source.length;
    this.length = length;
  }
}

/**
 * Maps over whole buffers wait until someone asks for their elements. Then those that only led there are put together in one shader: a
 * launch costs a texture and a draw, and what nobody can reach any more needs neither. What is still there is made by itself, so
 * that nothing is computed twice.
 */
export class Waiting {
  private readonly launcher: Launcher;
  private readonly steps = new Set<Step>();
  private readonly known = new Set<string>();

  constructor(launcher: Launcher) {
    this.launcher = launcher;
    launcher.memory.waiting = this;
  }

  /** Notes that `out` is to be made of `inputs`, which have as many elements. */
  add(kernel: ScalarKernel, out: GpuBuffer, inputs: readonly GpuBuffer[], params: readonly Literal[]): void {
    const { memory, dialect } = this.launcher;
    const length = inputs.reduce((sum, { step }) => sum + (step?.length ?? 0), 1);
    const sources = inputs.map((buffer): Source => {
      if (length > LONGEST) memory.texels(buffer);
      const source = buffer.step ?? memory.texels(buffer);
      if (source instanceof Step) source.readers++;
      else memory.hold(source);
      return source;
    });
    const scalars = parameterValues(params, kernel.params, dialect);
    const step = new Step(kernel, scalars, out.length, sources, out);
    memory.await(out, step);
    this.steps.add(step);
    if (this.steps.size > MOST_WAITING) this.flush(MOST_WAITING / 2);
  }

  /** Runs all that someone can still ask for, or the oldest of it, so that no more than `rest` steps wait. */
  flush(rest = 0): void {
    for (const step of this.steps) {
      if (this.steps.size <= rest) return;
      if (step.owner !== undefined) this.run(step);
    }
  }

  /** Runs a step, and with it those that it needs. */
  run(step: Step): void {
    // First, since one of them may run what it shares with this one.
    this.runOwned(step, new Set());
    const order: Step[] = [];
    collect(step, order);
    const leaves = leavesOf(order);
    const key = keyOf(order, leaves);
    const isOne =
      order.length === 1 || (!this.isNew(key) && leaves.length <= this.launcher.engine.maxTextures);
    if (isOne) this.finish(step, this.launch(key, order, leaves));
    else {
      for (const own of order) {
        // Where memory is short, what was made before may have made others too.
        if (own.texels !== undefined) continue;
        const read = leavesOf([own]);
        this.finish(own, this.launch(keyOf([own], read), [own], read));
      }
    }
  }

  /** The buffer that a step is for is gone, or is given something else. */
  leave(step: Step): void {
    step.owner = undefined;
    if (step.readers === 0) this.forget(step);
  }

  /** Runs the steps that lead to `step` and that someone else can ask for. */
  private runOwned(step: Step, seen: Set<Step>): void {
    for (const source of step.sources) {
      if (!(source instanceof Step) || source.texels !== undefined || seen.has(source)) continue;
      seen.add(source);
      if (source.owner === undefined) this.runOwned(source, seen);
      else this.run(source);
    }
  }

  /** What is met for the first time runs step by step, by kernels that others share. */
  private isNew(key: string): boolean {
    if (this.known.has(key)) return false;
    if (this.known.size >= MOST_KNOWN) this.known.clear();
    this.known.add(key);
    return true;
  }

  private launch(key: string, order: readonly Step[], leaves: readonly Texels[]): Texels {
    const args = [...leaves, ...order.flatMap(({ params }) => params)];
    return this.launcher.flat(key, order.at(-1)!.size, args, () => this.text(order, leaves));
  }

  private text(order: readonly Step[], leaves: readonly Texels[]): KernelSource {
    const { dialect, engine } = this.launcher;
    const functions = new Map<number, NativeFunction>();
    const body = order.map(({ kernel, sources }, n) => {
      const { id, body, inputs, params, positional } = kernel;
      if (!functions.has(id)) {
        functions.set(id, scalarFunction(dialect, `value${id}`, body, inputs.length, params, positional));
      }
      const read = sources.map((source) => {
        const at = order.indexOf(source as Step);
        return at >= 0 ? `r${at}` : engine.readHere(`x${leaves.indexOf(texelsOf(source))}`);
      });
      const scalars = params.map((_, i) => `p${n}q${i}`);
      const value = `value${id}(${[...read, ...scalars, ...(positional ? ['t'] : [])].join(', ')})`;
      if (n === order.length - 1) return `return ${value};`;
      return dialect.declare('float32', `r${n}`, dialect.asStored!(value));
    });
    const numbers = order.flatMap(({ kernel }, n) =>
      parameterArguments(kernel.params, dialect).map(
        ([name, kind]) => [name.replace('p', `p${n}q`), kind] as const,
      ),
    );
    const here = leaves.map((_, i) => [`x${i}`, 'here'] as const);
    return { args: [...here, ...numbers], functions: [...functions.values()], body };
  }

  /** A step's elements are there. */
  private finish(step: Step, texels: Texels): void {
    const { memory } = this.launcher;
    const { owner, readers, sources } = step;
    step.texels = texels;
    this.steps.delete(step);
    for (let i = 0; i < readers; i++) memory.hold(texels);
    if (owner !== undefined) {
      owner.step = undefined;
      memory.replace(owner, texels);
    } else memory.leave(texels, step.size);
    for (const source of sources) this.release(source);
  }

  private forget(step: Step): void {
    this.steps.delete(step);
    for (const source of step.sources) this.release(source);
  }

  private release(source: Source): void {
    if (!(source instanceof Step)) {
      this.launcher.memory.release(source);
      return;
    }
    source.readers--;
    if (source.texels !== undefined) this.launcher.memory.release(source.texels);
    else if (source.readers === 0 && source.owner === undefined) this.forget(source);
  }
}

/** The steps that wait and lead to `step`, in order, and `step`. */
function collect(step: Step, order: Step[]): void {
  for (const source of step.sources) {
    const waits = source instanceof Step && source.texels === undefined;
    if (waits && !order.includes(source)) collect(source, order);
  }
  order.push(step);
}

function texelsOf(source: Source): Texels {
  return source instanceof Step ? source.texels! : source;
}

/** The elements that steps read, each once. */
function leavesOf(order: readonly Step[]): Texels[] {
  const leaves = new Set<Texels>();
  for (const { sources } of order) {
    for (const source of sources) if (!order.includes(source as Step)) leaves.add(texelsOf(source));
  }
  return [...leaves];
}

/** Equal for groups that one kernel does. */
function keyOf(order: readonly Step[], leaves: readonly Texels[]): string {
  const steps = order.map(({ kernel, sources }) => {
    const read = sources.map((source) => {
      const at = order.indexOf(source as Step);
      return at >= 0 ? `r${at}` : `x${leaves.indexOf(texelsOf(source))}`;
    });
    return `${kernel.id}:${read}`;
  });
  return `maps ${steps.join(';')}`;
}
