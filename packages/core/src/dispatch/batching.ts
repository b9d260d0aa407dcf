import { fail } from '../errors/index.ts';
import {
  type ConvPlan,
  collapse,
  type KernelKind,
  type Kernels,
  type Loops,
  planMap,
  type View,
} from '../kernel/index.ts';
import { numelOf } from '../shape/index.ts';
import type { BatchLevel, FormerMemory, Hidden, Storage } from '../tensor/index.ts';
import { castKernel } from './copy.ts';

// How `vmap` reaches the backends. Memory may have hidden dimensions; a launch whose operands have any gets them as outer
// loops of its plan, operands without them with stride 0. There is one rule for each kind of kernel and none for operations.

/** A kernel of one kind that also takes operands with hidden dimensions. */
type Rule<K extends KernelKind> = (run: Kernels[K]) => Kernels[K];

export const rules: { readonly [K in KernelKind]: Rule<K> } = {
  map: (run) => (kernel, plan, out, inputs, params) => {
    if (isPlain(out, inputs)) return run(kernel, plan, out, inputs, params);
    const operands = [out, ...inputs];
    const levels = levelsOf(operands);
    const covers = plan.size === lengthOf(out) && !inputs.some((input) => input.storage === out.storage);
    if (!spread([out], levels, covers)) return undefined;
    if (kernel.positional) {
      return eachExample(levels, operands, ([own, ...rest]) => run(kernel, plan, own!, rest, params));
    }
    const { shape, strides } = unfolded(plan, levels, operands);
    return run(kernel, planMap(shape, strides), out, inputs, params);
  },
  reduce: (run) => (kernel, plan, out, inputs, params) => {
    const operands = [out, ...inputs];
    const outer = outerLoops(plan.outer, operands, [out]);
    if (outer !== undefined) run(kernel, { ...plan, outer }, out, inputs, params);
  },
  row: (run) => (kernel, plan, out, inputs, saved, params) => {
    const outer = outerLoops(plan.outer, [out, ...inputs, ...saved], [out, ...saved]);
    if (outer !== undefined) run(kernel, { ...plan, outer }, out, inputs, saved, params);
  },
  scan: (run) => (combine, plan, out, input) => {
    const outer = outerLoops(plan.outer, [out, input], [out]);
    if (outer !== undefined) run(combine, { ...plan, outer }, out, input);
  },
  sort: (run) => (plan, descending, values, indices, source) => {
    const outer = outerLoops(plan.outer, [values, indices, source], [values, indices]);
    if (outer !== undefined) run({ ...plan, outer }, descending, values, indices, source);
  },
  matmul: (run) => (plan, out, a, b, epilogue) => {
    const batch = outerLoops(plan.batch, [out, a, b, ...(epilogue?.inputs ?? [])], [out]);
    if (batch !== undefined) run({ ...plan, batch }, out, a, b, epilogue);
  },
  gather: (run) => (plan, out, index, source) => {
    const loops = outerLoops(plan.loops, [out, index, source], [out]);
    return loops === undefined ? undefined : run({ ...plan, loops }, out, index, source);
  },
  scatter: (run) => (mode, plan, out, index, source) => {
    const loops = outerLoops(plan.loops, [out, index, source], [out], true);
    return loops === undefined ? undefined : run(mode, { ...plan, loops }, out, index, source);
  },
  conv: (run) => (mode, plan, out, a, b) => {
    const operands = [out, a, b];
    const levels = levelsOf(operands);
    if (levels.length === 0) return run(mode, plan, out, a, b);
    if (!spread([out], levels, true)) return undefined;
    // Examples under one weight are a larger batch.
    if (mode !== 'weight' && levelsOf([b]).length === 0 && isStacked(a, sizeOf(mode, plan), levels)) {
      return run(mode, { ...plan, batch: plan.batch * count(levels) }, out, a, b);
    }
    return eachExample(levels, operands, ([own, left, right]) => run(mode, plan, own!, left!, right!));
  },
};

/** What nearly every launch is, also in a program that uses `vmap`. */
function isPlain(out: View, inputs: readonly View[]): boolean {
  if (storageOf(out).hidden !== null) return false;
  for (let i = 0; i < inputs.length; i++) if (storageOf(inputs[i]!).hidden !== null) return false;
  return true;
}

function storageOf(view: View): Storage {
  return view.storage as Storage;
}

function lengthOf(view: View): number {
  return storageOf(view).length;
}

function count(levels: readonly BatchLevel[]): number {
  return levels.reduce((n, { size }) => n * size, 1);
}

/** The levels that any of the operands has, the outermost first. */
function levelsOf(views: readonly View[]): readonly BatchLevel[] {
  let found: BatchLevel[] = none;
  for (const view of views) {
    const { hidden } = storageOf(view);
    if (hidden === null) continue;
    for (const { level } of hidden) {
      if (!found.includes(level)) found = [...found, level];
    }
  }
  return found.length > 1 ? found.sort((a, b) => a.order - b.order) : found;
}

const none: BatchLevel[] = [];

/** The loops with the operands' hidden dimensions around them; undefined where there is nothing to do. */
function outerLoops(
  loops: Loops,
  operands: readonly View[],
  outs: readonly View[],
  accumulates = false,
): Loops | undefined {
  const levels = levelsOf(operands);
  if (levels.length === 0) return loops;
  const covers = !accumulates && outs.every((out) => loops.size === lengthOf(out));
  if (!spread(outs, levels, covers)) return undefined;
  const { shape, strides } = unfolded(loops, levels, operands);
  return collapse(shape, strides, accumulates);
}

function unfolded(
  { shape, strides }: Loops,
  levels: readonly BatchLevel[],
  operands: readonly View[],
): { readonly shape: number[]; readonly strides: number[][] } {
  return {
    shape: [...levels.map(({ size }) => size), ...shape],
    strides: strides.map((own, i) => [...levels.map((level) => strideOf(operands[i]!, level)), ...own]),
  };
}

function strideOf(view: View, level: BatchLevel): number {
  return storageOf(view).hidden?.find((dim) => dim.level === level)?.stride ?? 0;
}

/**
 * Gives outputs memory for each example where they have it for one. What is there already is copied unless the launch
 * `covers` it. False where there are no examples at all.
 * @throws `vmap/inplace` for memory from outside the level: it has no place for each example
 */
function spread(outs: readonly View[], levels: readonly BatchLevel[], covers: boolean): boolean {
  for (const out of outs) {
    const storage = storageOf(out);
    const missing = levels.filter((level) => !storage.hidden?.some((dim) => dim.level === level));
    if (missing.length === 0) continue;
    if (storage.isLent || missing.some((level) => storage.serial < level.first)) fail('vmap/inplace', {});
    const all = [...missing, ...(storage.hidden ?? []).map((dim) => dim.level)];
    all.sort((a, b) => a.order - b.order);
    let stride = storage.length * count(all);
    const hidden: Hidden = all.map((level) => {
      stride /= Math.max(level.size, 1);
      return { level, stride };
    });
    const former = storage.spread(hidden, count(all));
    if (!covers && count(all) > 0) copyAll(storage, former);
    storage.backend.free(former.buffer);
  }
  return count(levels) > 0;
}

/** Copies memory to each example's place. */
function copyAll(storage: Storage, former: FormerMemory): void {
  const { backend, dtype, length } = storage;
  const own = storage.hidden!;
  const plan = planMap(
    [...own.map(({ level }) => level.size), length],
    [
      [...own.map(({ stride }) => stride), 1],
      [...own.map(({ level }) => former.hidden?.find((dim) => dim.level === level)?.stride ?? 0), 1],
    ],
  );
  const { map } = backend.kernels;
  if (typeof map === 'function')
    map(
      castKernel(dtype, dtype),
      plan,
      { storage, offset: 0, dtype },
      [{ storage: former, offset: 0, dtype }],
      [],
    );
}

/** Runs one launch for each example, on views of its part of the memory. */
function eachExample(
  levels: readonly BatchLevel[],
  views: readonly View[],
  run: (views: readonly View[]) => void,
): void {
  const total = count(levels);
  for (let i = 0; i < total; i++) {
    let rest = i;
    const at = levels.map(() => 0);
    for (let d = levels.length - 1; d >= 0; d--) {
      at[d] = rest % levels[d]!.size;
      rest = Math.floor(rest / levels[d]!.size);
    }
    run(
      views.map((view) => ({
        storage: view.storage,
        dtype: view.dtype,
        offset: levels.reduce((sum, level, d) => sum + at[d]! * strideOf(view, level), view.offset),
      })),
    );
  }
}

/** How many elements of the first operand one example of a convolution has. */
function sizeOf(mode: 'forward' | 'input', plan: ConvPlan): number {
  const channels = mode === 'forward' ? plan.inChannels : plan.outChannels;
  return plan.batch * plan.groups * channels * numelOf(mode === 'forward' ? plan.input : plan.output);
}

/** True when the examples lie in memory one after the other. */
function isStacked(view: View, size: number, levels: readonly BatchLevel[]): boolean {
  let stride = size;
  for (let d = levels.length - 1; d >= 0; d--) {
    if (strideOf(view, levels[d]!) !== stride) return false;
    stride *= levels[d]!.size;
  }
  return true;
}
