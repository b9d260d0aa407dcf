import { inputSpecs } from '../inputs.ts';
import type { Declined } from '../task.ts';
import type { Op, Work, WorkOf } from '../work.ts';
import type { Graph, Node } from './onnx-model.ts';

type Nodes = readonly Node[] | Declined;

const node = (
  op: string,
  inputs: readonly string[],
  attributes: Node['attributes'] = {},
): readonly Node[] => [{ op, inputs, output: 'out', attributes }];

const inference = { declined: 'inference only' };

const nodes: { readonly [O in Op]: (work: WorkOf<O>) => Nodes } = {
  add: ({ recorded }) => (recorded ? inference : node('Add', ['a', 'b'])),
  notebook: () => inference,
  exp: () => node('Exp', ['a']),
  sum: () => node('ReduceSum', ['a'], { keepdims: 0 }),
  chain: ({ length }) =>
    Array.from({ length }, (_, i) => ({
      op: i % 2 === 0 ? 'Mul' : 'Add',
      inputs: [i === 0 ? 'a' : `y${i}`, i % 2 === 0 ? 'a' : 'b'],
      output: `y${i + 1}`,
    })),
  matmul: ({ batch, ta, tb }) =>
    batch === 1
      ? node('Gemm', ['a', 'b'], { transA: Number(ta), transB: Number(tb) })
      : node('MatMul', ['a', 'b']),
  conv: ({ pass }) => {
    const attributes = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };
    if (pass === 'weight') return inference;
    // The gradient of the input is the transposed convolution of the output's.
    return pass === 'input'
      ? node('ConvTranspose', ['c', 'b'], attributes)
      : node('Conv', ['a', 'b'], attributes);
  },
  softmax: () => node('Softmax', ['a'], { axis: 1 }),
  layerNorm: () => node('LayerNormalization', ['a', 'b', 'c'], { axis: 1, epsilon: { float: 1e-5 } }),
  mlp: () => inference,
  cnn: () => inference,
  peak: () => ({ declined: 'measured apart' }),
};

/** Some work as a graph; its inputs are a, b, c, as far as it reads them. */
export function graphOf(work: Work): Graph | Declined {
  const made = nodesOf(work);
  if ('declined' in made) return made;
  const read = new Set(made.flatMap(({ inputs }) => inputs));
  const shapes = inputSpecs(work).map(({ shape }) =>
    work.op === 'matmul' && work.batch === 1 ? shape.slice(1) : shape,
  );
  const named = shapes.map((shape, i) => ['abc'[i]!, shape] as const);
  return { inputs: Object.fromEntries(named.filter(([name]) => read.has(name))), nodes: made };
}

function nodesOf<O extends Op>(work: Extract<Work, { op: O }>): Nodes {
  return nodes[work.op as O](work as never);
}
