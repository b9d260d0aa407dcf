import { fail } from '../errors/index.ts';
import { sameShape } from '../shape/index.ts';
import { isReplaying, noteChange, type Storage, Tensor } from '../tensor/index.ts';
import { accumulateInto, isAccumulator } from './accumulate.ts';
import { isAnomalyCheckNaNEnabled, isAnomalyEnabled, reportAnomaly, runTraced } from './anomaly.ts';
import { followedLevel } from './dual-level.ts';
import { fitGradient } from './fit-gradient.ts';
import { swapGradMode } from './modes.ts';
import type { Node } from './node.ts';
import { OwnedMemory } from './owned-memory.ts';
import { ReadyQueue } from './ready-queue.ts';

/** Where a backward run starts: a gradient for one output of a node. */
export interface Root {
  readonly node: Node;
  readonly outputNr: number;
  readonly grad: Tensor;
}

/** A gradient that a run should hand over instead of, or besides, accumulating it into leaves. */
export interface Capture {
  readonly node: Node;
  readonly outputNr: number;
  grad: Tensor | undefined;
}

export interface RunOptions {
  /** Keep what nodes saved, so that the graph can be run again. */
  readonly keepGraph: boolean;
  /** Record the run itself, so that gradients can be differentiated. */
  readonly createGraph: boolean;
  /** When given, only what leads to these is computed, and leaves' `.grad` is left alone. */
  readonly captures?: readonly Capture[];
}

/** What a run keeps about a node until the node has had its turn. */
export interface NodeState {
  readonly run: Run;
  /** Gradients still to arrive from nodes that come later in the graph. */
  pending: number;
  grads: (Tensor | undefined)[];
  /** Outputs whose sum the run made itself, so that more can be added in place. */
  owned: boolean[] | undefined;
  /** False where no capture lies beyond. */
  wanted: boolean;
  /** The state of a run inside which this one was started. */
  readonly outer: NodeState | null;
}

/**
 * Sends gradients from the roots through the graph, each node once, the latest made first. Iterative: depth costs no
 * stack.
 */
export function runBackward(roots: readonly Root[], options: RunOptions): void {
  const previous = swapGradMode(options.createGraph);
  const outer = partial;
  partial ||= options.captures !== undefined;
  try {
    const run = new Run(roots, options);
    try {
      run.go(roots);
    } catch (error) {
      run.abandon();
      throw error;
    }
  } finally {
    partial = outer;
    swapGradMode(previous);
  }
}

/** Whether one of the runs that go on now hands gradients over instead of accumulating them. */
let partial = false;

/** True unless the program is inside a run for `grad` or `backward({ inputs })`. */
export function isFullBackward(): boolean {
  return !partial;
}

/** What has arrived at a node before anything has: a long graph waits with many nodes, each for one gradient. */
const nothing: never[] = [];
Object.freeze(nothing);

/** One walk of the graph. */
class Run {
  /** Nodes whose state is still set, for clearing up after an error. */
  private readonly entered: Node[] = [];
  private readonly ready = new ReadyQueue();
  private readonly captures: Map<Node, Capture[]> | undefined;
  private readonly keepGraph: boolean;
  private readonly createGraph: boolean;
  private readonly memory = new OwnedMemory();
  /** What cannot be done twice, put off to the end where a read may ask for running again from the start. */
  private readonly last: (() => void)[] | undefined = isReplaying() ? [] : undefined;
  /** Memory of the gradients that the run was started with. */
  private readonly rootStorages: Storage[] = [];

  constructor(roots: readonly Root[], options: RunOptions) {
    this.keepGraph = options.keepGraph;
    // Tangents are kept by what they belong to, as a graph's tensors are.
    this.createGraph = options.createGraph || followedLevel() !== null;
    if (options.captures !== undefined) {
      this.captures = new Map();
      for (const capture of options.captures) {
        const list = this.captures.get(capture.node);
        if (list === undefined) this.captures.set(capture.node, [capture]);
        else list.push(capture);
      }
    }
    this.countDependencies(roots);
    if (this.captures !== undefined) this.markWanted(roots);
  }

  go(roots: readonly Root[]): void {
    const started: Node[] = [];
    for (const { node, outputNr, grad } of roots) {
      this.rootStorages.push(grad.storage);
      this.deliver(node, outputNr, grad);
      if (node.state!.pending === 0 && !started.includes(node)) {
        started.push(node);
        this.ready.push(node);
      }
    }
    while (this.ready.size > 0) this.step(this.ready.pop());
    if (this.last === undefined || this.last.length === 0) return;
    noteChange();
    for (const act of this.last) act();
  }

  private atLast(act: () => void): void {
    if (this.last === undefined) act();
    else this.last.push(act);
  }

  /** Takes the run's state off the nodes that did not have their turn. */
  abandon(): void {
    for (const node of this.entered) if (node.state?.run === this) node.state = node.state.outer;
  }

  private countDependencies(roots: readonly Root[]): void {
    const stack: Node[] = [];
    const enter = (node: Node): NodeState => {
      let state = node.state;
      if (state === null || state.run !== this) {
        state = {
          run: this,
          pending: 0,
          grads: nothing,
          owned: undefined,
          wanted: this.captures === undefined,
          outer: state,
        };
        node.state = state;
        this.entered.push(node);
        stack.push(node);
      }
      return state;
    };
    for (const root of roots) enter(root.node);
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      for (const next of node.nextNodes) if (next !== null) enter(next).pending++;
    }
  }

  /** Marks the nodes from which a capture can be reached, walking each path once and without recursion. */
  private markWanted(roots: readonly Root[]): void {
    const stack: { node: Node; next: number }[] = [];
    const visited = new Set<Node>();
    const enter = (node: Node): void => {
      if (visited.has(node)) return;
      visited.add(node);
      if (this.captures!.has(node)) node.state!.wanted = true;
      stack.push({ node, next: 0 });
    };
    for (const root of roots) {
      enter(root.node);
      while (stack.length > 0) {
        const frame = stack[stack.length - 1]!;
        const next = frame.node.nextNodes[frame.next++];
        if (next === undefined) {
          stack.pop();
          const state = frame.node.state!;
          if (frame.node.nextNodes.some((n) => n?.state?.wanted === true)) state.wanted = true;
        } else if (next !== null) enter(next);
      }
    }
  }

  private deliver(node: Node, outputNr: number, grad: Tensor): void {
    const state = node.state!;
    const existing = state.grads[outputNr];
    if (existing === undefined) {
      if (state.grads === nothing) state.grads = new Array<undefined>(node.outputs.length);
      state.grads[outputNr] = grad;
    } else if (state.owned?.[outputNr] === true && !this.createGraph) {
      existing.add_(grad);
      return;
    } else {
      state.grads[outputNr] = existing.add(grad);
      state.owned ??= [];
      state.owned[outputNr] = true;
    }
    if (this.createGraph) return;
    this.memory.hold(state.grads[outputNr]!);
    if (existing !== undefined) this.memory.release(existing);
  }

  private step(node: Node): void {
    const state = node.state!;
    node.state = state.outer;
    let { grads } = state;
    if (node.tensorHooks !== null) this.runTensorHooks(node, grads);
    if (node.preHooks !== null) grads = this.runPreHooks(node, grads);
    if (node.retained !== null) this.fillRetained(node, grads);
    const accumulates = isAccumulator(node);
    if (accumulates) grads = this.runLeafHooks(node.attrs.variable, grads[0]);
    if (this.captures !== undefined) this.capture(node, grads);
    if (accumulates) {
      if (this.captures === undefined) this.accumulate(node.attrs.variable, grads[0]);
    } else if (this.captures !== undefined && !node.nextNodes.some((next) => next?.state?.wanted === true)) {
      this.skip(node);
    } else if (this.createGraph || node.postHooks !== null) this.propagate(node, grads);
    else if (node.record.custom === true) this.propagate(node, grads);
    else this.memory.withTemporaries(() => this.propagate(node, grads));
    if (!this.createGraph) for (const grad of grads) if (grad !== undefined) this.memory.release(grad);
  }

  private capture(node: Node, grads: readonly (Tensor | undefined)[]): void {
    for (const capture of this.captures?.get(node) ?? []) {
      capture.grad = grads[capture.outputNr];
      if (capture.grad !== undefined) this.memory.escape(capture.grad.storage);
    }
  }

  private propagate(node: Node, grads: readonly (Tensor | undefined)[]): void {
    const runs = node.record.custom === true || grads.some((grad) => grad !== undefined);
    let results = runs ? this.run(node, grads) : node.nextNodes.map(() => null);
    if (!this.keepGraph) {
      if (this.last === undefined) node.release();
      else this.last.push(() => node.release());
    }
    if (node.postHooks !== null) results = this.runPostHooks(node, results, grads);
    for (let i = 0; i < node.nextNodes.length; i++) {
      const next = node.nextNodes[i];
      if (next === null || next === undefined) continue;
      const grad = results[i];
      const nr = node.nextNrs[i]!;
      if (grad !== null && grad !== undefined) {
        if (isAnomalyEnabled()) refuseNaN(node, grad, i);
        this.deliver(next, nr, fitGradient(grad, next.outputs[nr]!, node, i));
      }
      this.arrived(next);
    }
  }

  private run(node: Node, grads: readonly (Tensor | undefined)[]): (Tensor | null | undefined)[] {
    const results = isAnomalyEnabled() ? runWatched(node, grads) : node.run(grads);
    // Whoever wrote a custom function may keep what it saw.
    if (node.record.custom === true) {
      for (const seen of [...grads, ...results]) if (seen != null) this.memory.escape(seen.storage);
    }
    return results;
  }

  private runPreHooks(node: Node, grads: readonly (Tensor | undefined)[]): (Tensor | undefined)[] {
    for (const grad of grads) if (grad !== undefined) this.memory.escape(grad.storage);
    const replaced = runPreHooks(node, [...grads]);
    for (const grad of replaced) if (grad !== undefined) this.memory.escape(grad.storage);
    return replaced;
  }

  private runPostHooks(
    node: Node,
    results: (Tensor | null | undefined)[],
    grads: readonly (Tensor | undefined)[],
  ): (Tensor | null | undefined)[] {
    for (const seen of [...results, ...grads]) if (seen != null) this.memory.escape(seen.storage);
    const replaced = runPostHooks(node, results, grads);
    for (const grad of replaced) if (grad != null) this.memory.escape(grad.storage);
    return replaced;
  }

  /** Counts a node's edges as delivered without running it. */
  private skip(node: Node): void {
    for (const next of node.nextNodes) if (next !== null) this.arrived(next);
  }

  private arrived(node: Node): void {
    const state = node.state!;
    if (--state.pending === 0) this.ready.push(node);
  }

  private accumulate(variable: Tensor, grad: Tensor | undefined): void {
    if (grad === undefined) return;
    const meta = variable.autograd!;
    if (this.last !== undefined) this.memory.escape(grad.storage);
    this.atLast(() => {
      accumulateInto(variable, grad, (storage) => this.take(storage));
      if (meta.postAccumulateHooks !== null) for (const hook of [...meta.postAccumulateHooks]) hook(variable);
    });
  }

  private runLeafHooks(variable: Tensor, grad: Tensor | undefined): (Tensor | undefined)[] {
    const { hooks } = variable.autograd!;
    if (hooks === null || grad === undefined) return [grad];
    let total = grad;
    for (const hook of [...hooks]) total = applyHook(hook, total);
    this.memory.escape(grad.storage);
    this.memory.escape(total.storage);
    return [total];
  }

  /** True once for memory that this run made or was started with. */
  private take(storage: Storage): boolean {
    const root = this.rootStorages.indexOf(storage);
    if (root >= 0) this.rootStorages.splice(root, 1);
    else if (!this.memory.isPrivate(storage)) return false;
    this.memory.escape(storage);
    return true;
  }

  private runTensorHooks(node: Node, grads: (Tensor | undefined)[]): void {
    for (const { outputNr, hook } of [...node.tensorHooks!]) {
      const grad = grads[outputNr];
      if (grad === undefined) continue;
      grads[outputNr] = applyHook(hook, grad);
      this.memory.escape(grad.storage);
      this.memory.escape(grads[outputNr].storage);
    }
  }

  private fillRetained(node: Node, grads: readonly (Tensor | undefined)[]): void {
    for (const { outputNr, tensor } of node.retained!) {
      const grad = grads[outputNr];
      if (grad === undefined) continue;
      if (this.last !== undefined) this.memory.escape(grad.storage);
      this.atLast(() => accumulateInto(tensor, grad, (storage) => this.take(storage)));
    }
  }
}

function applyHook(hook: (grad: Tensor) => unknown, grad: Tensor): Tensor {
  const result = hook(grad);
  if (result === undefined || result === null) return grad;
  if (!(result instanceof Tensor)) fail('autograd/hook-type', { value: result });
  if (!sameShape(result.shape, grad.shape)) fail('autograd/hook-size', { hook: hook.name || '<lambda>' });
  return result;
}

function runPreHooks(node: Node, grads: (Tensor | undefined)[]): (Tensor | undefined)[] {
  let current = grads;
  for (const hook of [...node.preHooks!]) {
    const result = hook(node.outputs.map((_, i) => current[i] ?? null));
    if (result !== undefined) current = result.map((grad) => grad ?? undefined);
  }
  return current;
}

function runPostHooks(
  node: Node,
  results: (Tensor | null | undefined)[],
  grads: readonly (Tensor | undefined)[],
): (Tensor | null | undefined)[] {
  let current = results.map((grad) => grad ?? null);
  const given = node.outputs.map((_, i) => grads[i] ?? null);
  for (const hook of [...node.postHooks!]) {
    const replaced = hook(current, given);
    if (replaced !== undefined) current = [...replaced];
  }
  return current;
}

/** Runs a node and, should that fail, says where it was made. */
function runWatched(node: Node, grads: readonly (Tensor | undefined)[]): (Tensor | null | undefined)[] {
  try {
    return runTraced(node, () => node.run(grads));
  } catch (error) {
    reportAnomaly(node);
    throw error;
  }
}

/** @throws `autograd/nan`, after a warning that says where the node was made */
function refuseNaN(node: Node, grad: Tensor, index: number): void {
  if (!isAnomalyCheckNaNEnabled() || grad.isnan().any().item() !== true) return;
  reportAnomaly(node);
  fail('autograd/nan', { node: node.name, index });
}
