import type { ScalarKernel } from '@taimatsu/core/backend';
import { visitOnce } from '../codegen/expression.ts';
import { type LineMapsText, lineMapsText, type Slot, type Step } from '../codegen/line-maps.ts';
import { WORDS } from '../codegen/words.ts';
import type { Program } from '../device/programs.ts';
import type { Queue } from '../device/queue.ts';

/** Steps of a group that run as one kernel. */
export interface Part {
  readonly program: Program;
  /** Which of the group's steps they are, whose scalars are launch data. */
  readonly steps: readonly number[];
  /** The group's slots that are bound, in order. */
  readonly bound: readonly number[];
}

/** Steps and ends known before they are all forgotten, and found again. */
const MOST_ROUTES = 2 ** 14;
/** Operations in the expressions of one kernel: longer ones take registers, and time to compile, that launches do not. */
const LONGEST = 400;

/**
 * A sequence of maps as a path: each step leads on by its kernel and slots, so that a group met before is known without looking at
 * all of it. What runs a group depends also on which of the slots that it writes are still wanted at its end.
 */
export class LineRoute {
  private readonly routes: LineRoutes;
  private readonly before: LineRoute | undefined;
  private readonly step: Step | undefined;
  private readonly added: readonly Slot[];
  private readonly next = new Map<number, LineRoute>();
  private readonly ways = new Map<string, readonly Part[] | undefined>();
  private all: { readonly steps: readonly Step[]; readonly slots: readonly Slot[] } | undefined;

  constructor(routes: LineRoutes, before?: LineRoute, step?: Step, added: readonly Slot[] = []) {
    this.routes = routes;
    this.before = before;
    this.step = step;
    this.added = added;
    routes.count++;
  }

  /** The route that goes on with a step of this number. */
  after(code: number): LineRoute | undefined {
    return this.next.get(code);
  }

  extend(code: number, step: Step, added: readonly Slot[]): LineRoute {
    const route = new LineRoute(this.routes, this, step, added);
    this.next.set(code, route);
    return route;
  }

  get steps(): readonly Step[] {
    return this.path.steps;
  }

  private get slots(): readonly Slot[] {
    return this.path.slots;
  }

  /** The way here, put together where a group ends. */
  private get path(): { readonly steps: readonly Step[]; readonly slots: readonly Slot[] } {
    if (this.all === undefined) {
      const steps: Step[] = [];
      const added: (readonly Slot[])[] = [];
      for (let route: LineRoute = this; route.step !== undefined; route = route.before!) {
        steps.push(route.step);
        added.push(route.added);
      }
      this.all = { steps: steps.reverse(), slots: added.reverse().flat() };
    }
    return this.all;
  }

  /**
   * The kernels that do it, in order, where `wanted` are the slots that are still there. What is met for the first time is done step
   * by step, by kernels that others share.
   */
  partsFor(wanted: readonly number[]): readonly Part[] {
    const key = wanted.join();
    const known = this.ways.get(key);
    if (known !== undefined) return known;
    const needed = neededSteps(this.steps, wanted);
    const groups = this.groups(needed, new Set(wanted));
    const isNew = !this.ways.has(key) && needed.length > 1;
    if (!isNew || groups.every((group) => this.routes.isReady(group))) {
      const parts = groups.map((group) => this.routes.part(group));
      this.ways.set(key, parts);
      return parts;
    }
    this.ways.set(key, undefined);
    this.routes.count++;
    return needed.map((n) => this.routes.part(this.group([n], new Set([this.steps[n]!.out]))));
  }

  /** As few kernels as the device's bindings and the launch data allow. */
  private groups(needed: readonly number[], wanted: ReadonlySet<number>): readonly Group[] {
    const groups: Group[] = [];
    for (let from = 0; from < needed.length; ) {
      let to = needed.length;
      let stored = this.storedBy(needed, from, to, wanted);
      while (to > from + 1 && !this.fits(needed.slice(from, to), stored)) {
        to--;
        stored = this.storedBy(needed, from, to, wanted);
      }
      groups.push(this.group(needed.slice(from, to), stored));
      from = to;
    }
    return groups;
  }

  /** The slots that steps write which later steps read, or which are wanted at the end. */
  private storedBy(
    needed: readonly number[],
    from: number,
    to: number,
    wanted: ReadonlySet<number>,
  ): Set<number> {
    const later = new Set(needed.slice(to).flatMap((n) => this.steps[n]!.inputs));
    const written = needed.slice(from, to).map((n) => this.steps[n]!.out);
    return new Set(written.filter((slot) => later.has(slot) || wanted.has(slot)));
  }

  private fits(steps: readonly number[], stored: ReadonlySet<number>): boolean {
    const bound = new Set(stored);
    const written = new Set<number>();
    let words = 8;
    let operations = 0;
    for (const n of steps) {
      const { kernel, inputs, out } = this.steps[n]!;
      for (const input of inputs) if (!written.has(input)) bound.add(input);
      written.add(out);
      words += kernel.params.length;
      operations += operationsOf(kernel);
    }
    return bound.size <= this.routes.mostBindings && words + bound.size <= WORDS && operations <= LONGEST;
  }

  private group(steps: readonly number[], stored: ReadonlySet<number>): Group {
    // Slots are numbered anew, in the order they are met, so that equal kernels are one.
    const numbers = new Map<number, number>();
    const numberOf = (slot: number): number => {
      if (!numbers.has(slot)) numbers.set(slot, numbers.size);
      return numbers.get(slot)!;
    };
    const own = steps.map((n): Step => {
      const { kernel, inputs, out } = this.steps[n]!;
      return { kernel, inputs: inputs.map(numberOf), out: numberOf(out) };
    });
    const from = [...numbers.keys()];
    return {
      numbers: steps,
      from,
      steps: own,
      slots: from.map((slot) => this.slots[slot]!),
      stored: new Set([...stored].map(numberOf)),
    };
  }
}

/** Steps that one kernel does, on slots numbered by themselves. */
interface Group {
  readonly steps: readonly Step[];
  readonly slots: readonly Slot[];
  readonly stored: ReadonlySet<number>;
  /** The numbers that the steps and the slots have on the route. */
  readonly numbers: readonly number[];
  readonly from: readonly number[];
}

interface Compiled {
  readonly program: Program;
  readonly text: LineMapsText;
}

/** All routes of a device, and their kernels. */
export class LineRoutes {
  /** What is known. */
  count = 0;
  readonly mostBindings: number;
  private start: LineRoute;
  private readonly queue: Queue;
  private readonly programs = new Map<string, Compiled>();

  constructor(queue: Queue) {
    this.queue = queue;
    this.mostBindings = queue.device.limits.maxStorageBuffersPerShaderStage;
    this.start = new LineRoute(this);
  }

  /** Where every group begins. */
  root(): LineRoute {
    if (this.count > MOST_ROUTES) {
      this.count = 0;
      this.start = new LineRoute(this);
    }
    return this.start;
  }

  part(group: Group): Part {
    const { steps, slots, stored, numbers, from } = group;
    const key = keyOf(group);
    let known = this.programs.get(key);
    if (known === undefined) {
      const text = lineMapsText(steps, slots, stored);
      known = { program: this.queue.compile(text), text };
      this.programs.set(key, known);
    }
    return { program: known.program, steps: numbers, bound: known.text.bound.map((slot) => from[slot]!) };
  }

  /** True for a group whose kernel is there, compiled ahead perhaps. */
  isReady(group: Group): boolean {
    if (this.programs.has(keyOf(group))) return true;
    const { steps, slots, stored } = group;
    return this.queue.compiledAhead && this.queue.isReady(lineMapsText(steps, slots, stored));
  }
}

function keyOf({ steps, slots, stored }: Group): string {
  const each = steps.map(({ kernel, inputs, out }) => `${kernel.id}:${inputs}>${out}`);
  const repeated = slots.map((slot) => (slot.repeated ? 1 : 0)).join('');
  return `${each.join(';')} ${repeated} ${[...stored]}`;
}

/** The steps whose results are wanted, or read by such a step before they are overwritten. */
function neededSteps(steps: readonly Step[], wanted: readonly number[]): number[] {
  const needed: number[] = [];
  const open = new Set(wanted);
  for (let n = steps.length - 1; n >= 0; n--) {
    const { inputs, out } = steps[n]!;
    if (!open.delete(out)) continue;
    needed.push(n);
    for (const input of inputs) open.add(input);
  }
  return needed.reverse();
}

const operations: number[] = [];

function operationsOf({ id, body }: ScalarKernel): number {
  let count = operations[id];
  if (count === undefined) {
    count = 1;
    visitOnce(body, (node) => {
      if (node.kind === 'apply') count = count! + 1;
    });
    operations[id] = count;
  }
  return count;
}
