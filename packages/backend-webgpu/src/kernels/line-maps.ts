import type { Literal, MapPlan, ScalarKernel, View } from '@taimatsu/core/backend';
import { pushScalar } from '../codegen/expression.ts';
import type { Slot } from '../codegen/line-maps.ts';
import type { Block, GpuBuffer } from '../device/buffers.ts';
import type { Queue } from '../device/queue.ts';
import { type LineRoute, LineRoutes } from './line-routes.ts';
import { bufferOf } from './operands.ts';

const MOST_STEPS = 256;
/** Slots have eight bits each in a step's number. */
const MOST_SLOTS = 255;
/** Results given back, after which a group does not go on. */
const MANY = 32;
const MOST_INPUTS = 3;
/** Elements of all slots, at most: memory that is given back goes to nobody else while a group waits. */
const MOST_ELEMENTS = 2 ** 25;

/**
 * Maps over stretches of one size wait here for each other, and run as one kernel when something else is asked for: each launch
 * costs what thousands of elements do, and what one step leaves for the next stays out of memory. Results that nobody can reach any more
 * when the group runs are not stored.
 */
export class LineMaps {
  private readonly queue: Queue;
  private readonly routes: LineRoutes;
  private route: LineRoute;
  private size = 0;
  private count = 0;
  /** Tells one group from the next, so that what blocks remember needs no clearing. */
  private group = 0;
  private readonly buffers: GpuBuffer[] = [];
  private readonly offsets: number[] = [];
  private readonly repeated: boolean[] = [];
  private used = 0;
  private readonly scalars: (readonly Literal[])[] = [];
  private readonly wanted: number[] = [];
  private readonly slots: number[] = [];

  constructor(queue: Queue) {
    this.queue = queue;
    this.routes = new LineRoutes(queue);
    this.route = this.routes.root();
  }

  /** Takes a map in; false where it is none of those that can wait. */
  add(
    kernel: ScalarKernel,
    plan: MapPlan,
    out: View,
    inputs: readonly View[],
    params: readonly Literal[],
  ): boolean {
    if (!isLine(plan, out, inputs)) return false;
    this.queue.check();
    if (this.count > 0 && (this.size !== plan.size || this.isFull(inputs.length))) this.close();
    if (this.meets(plan, out, inputs)) {
      this.close();
      if (this.meets(plan, out, inputs)) return false;
    }
    const first = this.used;
    let code = kernel.id;
    const { slots } = this;
    for (let i = 0; i < inputs.length; i++) {
      const repeated = isRepeated(plan, i);
      const slot = this.slotFor(inputs[i]!, repeated);
      slots[i] = slot;
      code = code * 512 + slot * 2 + (repeated ? 1 : 0);
    }
    const target = this.slotFor(out, false);
    bufferOf(out).block.written = true;
    code = code * 256 + target;
    this.route =
      this.route.after(code) ??
      this.route.extend(
        code,
        { kernel, inputs: slots.slice(0, inputs.length), out: target },
        this.added(first),
      );
    this.scalars[this.count++] = params;
    this.size = plan.size;
    return true;
  }

  /** Runs what waits. */
  close(): void {
    const { count, used, route, buffers, size } = this;
    if (count === 0) return;
    this.count = 0;
    this.queue.buffers.leftWaiting = 0;
    this.used = 0;
    this.group++;
    this.route = this.routes.root();
    const { wanted } = this;
    wanted.length = 0;
    for (let slot = 0; slot < used; slot++) {
      const { block } = buffers[slot]!;
      if (block.written && block.held) wanted.push(slot);
    }
    try {
      for (const { program, steps, bound } of route.partsFor(wanted)) {
        const words = this.queue.begin();
        for (const n of steps) {
          const { params } = route.steps[n]!.kernel;
          for (let i = 0; i < params.length; i++) pushScalar(words, params[i]!, this.scalars[n]![i]);
        }
        words.int(size);
        const operands: GpuBuffer[] = [];
        for (const slot of bound) {
          words.int(this.repeated[slot]! ? this.offsets[slot]! : this.offsets[slot]! / 4);
          operands.push(buffers[slot]!);
        }
        this.queue.runEach(program, operands, Math.ceil(size / 4));
      }
    } finally {
      for (let slot = 0; slot < used; slot++) this.queue.buffers.release(buffers[slot]!.block);
      buffers.length = 0;
    }
  }

  /** Whether a map touches what the group has written, or writes what it has touched, at another place than the group did. */
  private meets(plan: MapPlan, out: View, inputs: readonly View[]): boolean {
    const target = bufferOf(out).block;
    for (let i = 0; i < inputs.length; i++) {
      const { block } = bufferOf(inputs[i]!);
      const { offset } = inputs[i]!;
      if (block === target && (offset !== out.offset || isRepeated(plan, i))) return true;
      if (this.has(block) && block.written && !this.isAt(block, offset, isRepeated(plan, i))) return true;
    }
    return this.has(target) && !(target.slots === 1 && this.isAt(target, out.offset, false));
  }

  private isFull(inputs: number): boolean {
    // Much was given back: a scope has ended, and what it kept to itself need not be stored.
    if (this.queue.buffers.leftWaiting >= MANY) return true;
    const slots = this.used + inputs + 1;
    return this.count === MOST_STEPS || slots > MOST_SLOTS || slots * this.size > MOST_ELEMENTS;
  }

  private has(block: Block): boolean {
    return block.group === this.group && block.waits;
  }

  private isAt({ slot }: Block, offset: number, repeated: boolean): boolean {
    return this.offsets[slot] === offset && this.repeated[slot] === repeated;
  }

  private slotFor(view: View, repeated: boolean): number {
    const buffer = bufferOf(view);
    const { block } = buffer;
    if (this.has(block)) {
      for (let slot = block.slot; slot < this.used; slot++) {
        const isSame = this.offsets[slot] === view.offset && this.repeated[slot] === repeated;
        if (isSame && this.buffers[slot]!.block === block) return slot;
      }
      block.slots++;
    } else {
      block.group = this.group;
      block.waits = true;
      block.written = false;
      block.slot = this.used;
      block.slots = 1;
    }
    this.buffers[this.used] = buffer;
    this.offsets[this.used] = view.offset;
    this.repeated[this.used] = repeated;
    return this.used++;
  }

  private added(first: number): Slot[] {
    return this.buffers
      .slice(first, this.used)
      .map(({ dtype }, i) => ({ dtype, repeated: this.repeated[first + i]! }));
  }
}

const isRepeated = (plan: MapPlan, input: number): boolean => plan.strides[input + 1]![0] === 0;

/**
 * Whether a map's operands are stretches that begin at multiples of four, or single elements, and nothing is behind the output that
 * its last four elements would reach into.
 */
function isLine(plan: MapPlan, out: View, inputs: readonly View[]): boolean {
  const { size, shape, strides } = plan;
  if (shape.length !== 1 || inputs.length > MOST_INPUTS) return false;
  if (strides[0]![0] !== 1 || out.offset % 4 !== 0) return false;
  if (size % 4 !== 0 && out.offset + size !== bufferOf(out).length) return false;
  for (let i = 0; i < inputs.length; i++) {
    const stride = strides[i + 1]![0]!;
    if (stride !== 0 && (stride !== 1 || inputs[i]!.offset % 4 !== 0)) return false;
  }
  return true;
}
