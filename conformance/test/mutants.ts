import { cpu } from '@taimatsu/backend-cpu';
import type { Backend, ElementArray, Kernels, KernelTable, View } from '@taimatsu/core/backend';

/** A kernel table without gaps: what the CPU has. */
const right = cpu.kernels as unknown as Kernels;

/** The CPU with some kernels broken on purpose. */
function broken(kernels: Partial<Kernels>): Backend {
  return { ...cpu, kernels: { ...right, ...kernels } as KernelTable };
}

const read = (view: View, length: number): ElementArray => cpu.read(view.storage.buffer, view.offset, length);

const write = (view: View, data: ElementArray): void => cpu.write(view.storage.buffer, view.offset, data);

/** Changes a view's stretch of numbers after the right kernel has run. */
function change(view: View, length: number, to: (value: number) => number): void {
  const data = read(view, length);
  if (data instanceof BigInt64Array) return;
  write(view, data.map(to) as ElementArray);
}

/** A backend that is wrong in one way, and the scenario that must notice. */
export interface Mutant {
  readonly name: string;
  readonly scenario: string;
  readonly backend: Backend;
}

/** Every mutant there is. */
export const mutants: readonly Mutant[] = [
  {
    name: 'adds 100 ULP to sums',
    scenario: 'smoke/map',
    backend: broken({
      map(kernel, plan, out, inputs, params) {
        right.map(kernel, plan, out, inputs, params);
        const isSum = /\badd\b/.test(kernel.key) && kernel.output === 'float32';
        if (isSum) change(out, plan.size, (value) => value * (1 + 100 * 2 ** -23));
      },
    }),
  },
  {
    name: 'swaps the branches of where',
    scenario: 'smoke/map',
    backend: broken({
      map(kernel, plan, out, inputs, params) {
        const swapped = /\bwhere\b/.test(kernel.key) && inputs.length === 3;
        const [condition, ...branches] = inputs;
        if (!swapped) right.map(kernel, plan, out, inputs, params);
        else {
          const [own, first, a, b] = plan.strides;
          const turned = { ...plan, strides: [own!, first!, b!, a!] };
          right.map(kernel, turned, out, [condition!, ...branches.reverse()], params);
        }
      },
    }),
  },
  {
    name: 'leaves the last element out of reductions',
    scenario: 'smoke/reduce',
    backend: broken({
      reduce(kernel, plan, out, inputs, params) {
        const { inner } = plan;
        const last = inner.shape.length - 1;
        const shape = inner.shape.map((size, d) => (d === last && size > 1 ? size - 1 : size));
        const size = shape.reduce((product, n) => product * n, 1);
        right.reduce(kernel, { ...plan, inner: { ...inner, shape, size } }, out, inputs, params);
      },
    }),
  },
  {
    name: 'swallows NaN in max and min',
    scenario: 'smoke/special-values',
    backend: broken({
      reduce(kernel, plan, out, inputs, params) {
        right.reduce(kernel, plan, out, inputs, params);
        if (kernel.combine !== 'max' && kernel.combine !== 'min') return;
        const numbers = [...read(inputs[0]!, plan.inner.size)]
          .map(Number)
          .filter((value) => !Number.isNaN(value));
        const extreme = kernel.combine === 'max' ? Math.max(...numbers) : Math.min(...numbers);
        change(out, 1, (value) => (Number.isNaN(value) ? extreme : value));
      },
    }),
  },
  {
    name: 'gives the last of equal extremes',
    scenario: 'smoke/ties',
    backend: broken({
      reduce(kernel, plan, out, inputs, params) {
        right.reduce(kernel, plan, out, inputs, params);
        if (kernel.combine !== 'argmax') return;
        const row = [...read(inputs[0]!, plan.inner.size)].map(Number);
        write(out, BigInt64Array.of(BigInt(row.lastIndexOf(Math.max(...row)))));
      },
    }),
  },
  {
    name: 'stops products of matrices one step early',
    scenario: 'smoke/matmul',
    backend: broken({
      matmul(plan, out, a, b, epilogue) {
        right.matmul({ ...plan, k: Math.max(1, plan.k - 1) }, out, a, b, epilogue);
      },
    }),
  },
  {
    name: 'adds only the last of equal indices',
    scenario: 'smoke/index',
    backend: broken({
      scatter: (mode, plan, out, index, source) =>
        right.scatter(mode === 'add' ? 'set' : mode, plan, out, index, source),
    }),
  },
  {
    name: 'gathers from where it stands',
    scenario: 'smoke/index',
    backend: broken({
      gather: (plan, out, index, source) => right.gather({ ...plan, axisStride: 0 }, out, index, source),
    }),
  },
  {
    name: 'sorts the other way round',
    scenario: 'smoke/order',
    backend: broken({
      sort(plan, descending, values, indices, source) {
        right.sort(plan, !descending, values, indices, source);
      },
    }),
  },
  {
    name: 'does not finish running sums',
    scenario: 'smoke/order',
    backend: broken({
      scan(combine, plan, out, input) {
        right.scan(combine, { ...plan, length: Math.max(1, plan.length - 1) }, out, input);
      },
    }),
  },
  {
    name: 'reads its neighbour',
    scenario: 'notebook/seed',
    backend: {
      ...cpu,
      readAsync: async (buffer, start, length) => {
        const data = cpu.read(buffer, start, length);
        if (length > 1) data.copyWithin(0, 1);
        return data;
      },
    },
  },
];
