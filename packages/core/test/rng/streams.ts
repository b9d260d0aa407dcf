import type { DType } from '../../src/dtype/index.ts';
import {
  bernoulliTensor,
  type ElementArray,
  type Generator,
  multinomial,
  normal,
  poisson,
  uniform,
} from '../../src/rng/index.ts';
import { elementsOf, runFill } from './fills.ts';

const fround = Math.fround;

/** Steps whose results need more than fills; `draw` makes their draws, and tensors answer for their values. */
export const notHere: readonly {
  readonly expr: string;
  readonly reason: string;
  draw(g: Generator): void;
}[] = [
  {
    expr: 'F.gumbel_softmax(torch.zeros(2,3))',
    reason: "float32 log and softmax are the tensors'",
    draw: (g) => runFill(g, 'exponential', 'float32', 6, []),
  },
  {
    expr: 'nn.init.trunc_normal_(torch.empty(3,4),std=.02)',
    reason: "erfinv is the tensors'",
    draw: (g) => runFill(g, 'uniform', 'float32', 12, []),
  },
  {
    expr: 'nn.init.orthogonal_(torch.empty(3,4))',
    reason: "the QR decomposition is the tensors'",
    draw: (g) => runFill(g, 'normal', 'float32', 12, []),
  },
];

type Step = (g: Generator) => ElementArray;

/** Uniforms of ±bound in float32. */
function between(g: Generator, count: number, bound: number): Float32Array {
  const out = new Float32Array(count);
  uniform(g, out, 'float32', -bound, bound);
  return out;
}

function normals(g: Generator, count: number, mean = 0, std = 1): Float32Array {
  const out = new Float32Array(count);
  normal(g, out, 'float32', mean, std);
  return out;
}

function join(...parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

/** Weight and bias of a linear layer or a convolution: uniforms bounded by the inputs of an output. */
function layer(g: Generator, weights: number, inputs: number, outputs: number): Float32Array {
  const gain = Math.sqrt(2 / (1 + Math.sqrt(5) ** 2));
  const weight = between(g, weights, Math.sqrt(3) * (gain / Math.sqrt(inputs)));
  return join(weight, between(g, outputs, 1 / Math.sqrt(inputs)));
}

const dropout =
  (count: number, p: number, dtype: DType = 'float32'): Step =>
  (g) =>
    runFill(g, 'dropoutMask', dtype, count, [p]);

const constant =
  (...values: number[]): Step =>
  () =>
    Float32Array.from(values);

const integers =
  (dtype: DType, count: number, low: number, high: number): Step =>
  (g) =>
    runFill(g, 'random', dtype, count, [low, high]);

const draws =
  (
    values: readonly number[],
    categories: number,
    samples: number,
    replacement = false,
    dtype: DType = 'float32',
  ): Step =>
  (g) =>
    multinomial(g, dtype === 'float32' ? values.map(fround) : values, dtype, {
      categories,
      samples,
      replacement,
    });

const bernoulli =
  (p: Float32Array | Float64Array, dtype: DType): Step =>
  (g) => {
    const out = elementsOf(dtype, new Array<number>(p.length).fill(0));
    bernoulliTensor(g, out, dtype, p);
    return out;
  };

const named: { readonly [expr: string]: Step } = {
  'torch.normal(2.,3.,(2,2))': (g) => normals(g, 4, 2, 3),
  'torch.normal(torch.arange(1.,5.),torch.tensor([1.,.5,.25,.125]))': (g) =>
    normals(g, 4).map((x, i) => fround(x * 2 ** -i) + i + 1),
  'torch.normal(torch.zeros(3),2.0)': (g) => normals(g, 3, 0, 2),
  'torch.normal(1.0,torch.tensor([1.,2.,3.]))': (g) => normals(g, 3).map((x, i) => fround(x * (i + 1)) + 1),
  'torch.empty(4,5).t().normal_()': (g) => {
    const memory = new Float32Array(20);
    normal(g, memory, 'float32', 0, 1, { contiguous: false });
    return memory.map((_, i) => memory[(i % 4) * 5 + Math.floor(i / 4)] as number);
  },
  'torch.randint(0,100,(6,))': integers('int64', 6, 0, 100),
  'torch.randint(10,(5,))': integers('int64', 5, 0, 10),
  'torch.randint(-5,5,(5,))': integers('int64', 5, -5, 5),
  'torch.randint(0,2**32-1,(4,))': integers('int64', 4, 0, 2 ** 32 - 1),
  'torch.randint(0,2**32,(4,))': integers('int64', 4, 0, 2 ** 32),
  'torch.randint(0,2**40,(4,))': integers('int64', 4, 0, 2 ** 40),
  'torch.randint(0,2,(5,),dtype=torch.bool)': integers('bool', 5, 0, 2),
  'torch.randint(0,255,(5,),dtype=torch.uint8)': integers('uint8', 5, 0, 255),
  'torch.randint(0,10,(5,),dtype=torch.float)': integers('float32', 5, 0, 10),
  'torch.randint_like(torch.zeros(3,dtype=torch.int32),3,9)': integers('int32', 3, 3, 9),
  'torch.empty(4,dtype=torch.long).random_(5)': integers('int64', 4, 0, 5),
  'torch.empty(8).bernoulli_()': (g) => runFill(g, 'bernoulli', 'float32', 8, [0.5]),
  'torch.bernoulli(torch.tensor([.1,.5,.9,0.,1.]))': bernoulli(
    Float32Array.of(0.1, 0.5, 0.9, 0, 1),
    'float32',
  ),
  'torch.bernoulli(torch.tensor([.1,.5,.9],dtype=torch.double))': bernoulli(
    Float64Array.of(0.1, 0.5, 0.9),
    'float64',
  ),
  'torch.empty(4).bernoulli_(torch.tensor([.2,.4,.6,.8],dtype=torch.double))': bernoulli(
    Float64Array.of(0.2, 0.4, 0.6, 0.8),
    'float32',
  ),
  'F.dropout(torch.ones(10))': dropout(10, 0.5),
  'F.dropout(torch.ones(10),0.2)': dropout(10, 0.2),
  'F.dropout(torch.ones(4),0.0)': constant(1, 1, 1, 1),
  'F.dropout(torch.ones(4),1.0)': constant(0, 0, 0, 0),
  'F.dropout(torch.ones(4),training=False)': constant(1, 1, 1, 1),
  'F.dropout(torch.ones(6,dtype=torch.double),0.3)': dropout(6, 0.3, 'float64'),
  'F.dropout2d(torch.ones(2,3,2,2),0.5)': (g) => {
    const mask = dropout(6, 0.5)(g) as Float32Array;
    return Float32Array.from({ length: 24 }, (_, i) => mask[Math.floor(i / 4)] as number);
  },
  'F.alpha_dropout(torch.ones(6),0.4)': constant(...new Array(6).fill(1)),
  'F.feature_alpha_dropout(torch.ones(2,3,2),0.4)': constant(...new Array(12).fill(1)),
  'torch.multinomial(torch.tensor([.1,.2,.3,.4]),1)': draws([0.1, 0.2, 0.3, 0.4], 4, 1),
  'torch.multinomial(torch.tensor([.1,.2,.3,.4]),4)': draws([0.1, 0.2, 0.3, 0.4], 4, 4),
  'torch.multinomial(torch.tensor([.1,.2,.3,.4]),10,replacement=True)': draws(
    [0.1, 0.2, 0.3, 0.4],
    4,
    10,
    true,
  ),
  'torch.multinomial(torch.tensor([[1.,2.,3.],[3.,2.,1.]]),2)': draws([1, 2, 3, 3, 2, 1], 3, 2),
  'torch.multinomial(torch.tensor([[1.,2.,3.],[3.,2.,1.]]),5,True)': draws([1, 2, 3, 3, 2, 1], 3, 5, true),
  'torch.multinomial(torch.tensor([0.,1.,0.,2.],dtype=torch.double),2)': draws(
    [0, 1, 0, 2],
    4,
    2,
    false,
    'float64',
  ),
  'torch.poisson(torch.tensor([.5,4.,20.]))': (g) => {
    const out = new Float32Array(3);
    poisson(g, out, 'float32', [0.5, 4, 20]);
    return out;
  },
  'F.rrelu(torch.tensor([-1.,-2.,3.]),training=True)': (g) => {
    const slope = (): number => fround(g.uniform53() * (1 / 3 - 1 / 8) + 1 / 8);
    return Float32Array.of(-slope(), -2 * slope(), 3);
  },
  'nn.Linear(3,4).weight': (g) => layer(g, 12, 3, 4).subarray(0, 12),
  'nn.Linear(3,4).bias': (g) => layer(g, 12, 3, 4).subarray(12),
  'nn.Linear(4,3)': (g) => layer(g, 12, 4, 3),
  'nn.Conv2d(2,3,3)': (g) => layer(g, 54, 18, 3),
  'nn.Embedding(5,4).weight': (g) => normals(g, 20),
  'nn.LSTM(2,3)': (g) => between(g, 84, 1 / Math.sqrt(3)),
  'nn.BatchNorm1d(2)': constant(1, 1, 0, 0),
  'nn.MultiheadAttention(4,2)': (g) => {
    const output = layer(g, 16, 4, 4).subarray(0, 16);
    const input = between(g, 48, Math.sqrt(3) * Math.sqrt(2 / 16));
    return join(input, new Float32Array(12), output, new Float32Array(4));
  },
  'nn.Bilinear(2,3,2)': (g) => between(g, 14, 1 / Math.sqrt(2)),
  'nn.ConvTranspose2d(2,3,3)': (g) => layer(g, 54, 27, 3),
  'nn.init.xavier_uniform_(torch.empty(3,4))': (g) => between(g, 12, Math.sqrt(3) * Math.sqrt(2 / 7)),
  'nn.init.xavier_normal_(torch.empty(3,4))': (g) => normals(g, 12, 0, Math.sqrt(2 / 7)),
  'nn.init.kaiming_uniform_(torch.empty(3,4))': (g) => between(g, 12, Math.sqrt(3) * (Math.sqrt(2) / 2)),
  'nn.init.kaiming_normal_(torch.empty(3,4),mode="fan_out",nonlinearity="relu")': (g) =>
    normals(g, 12, 0, Math.sqrt(2) / Math.sqrt(3)),
  'nn.init.sparse_(torch.empty(4,3),.5)': (g) => {
    const out = normals(g, 12, 0, 0.01);
    for (let column = 0; column < 3; column++) {
      const rows = runFill(g, 'randperm', 'int64', 4, []);
      for (const row of rows.subarray(0, 2)) out[Number(row) * 3 + column] = 0;
    }
    return out;
  },
  'nn.init.uniform_(torch.empty(3))': (g) => runFill(g, 'uniform', 'float32', 3, []),
  'nn.init.normal_(torch.empty(3))': (g) => normals(g, 3),
};

const aliases: { readonly [name: string]: DType } = { double: 'float64', half: 'float16', float: 'float32' };
const fillNames: { readonly [name: string]: string } = {
  rand: 'uniform',
  randn: 'normal',
  log_normal: 'logNormal',
};

function typed(name: string | undefined): DType {
  return name === undefined ? 'float32' : (aliases[name] ?? (name as DType));
}

/** The elements that the expression gives, by a table or by one of the forms `rand(n)` and `empty(n).fill_(…)`. */
export function runStep(g: Generator, expr: string): ElementArray {
  const cat = /^torch\.cat\(\[p\.flatten\(\) for p in (.*)\.parameters\(\)\]\)$/.exec(expr);
  const step = named[cat?.[1] ?? expr];
  if (step !== undefined) return step(g);
  const direct = /^torch\.(rand|randn|randperm)\((\d+)(?:,dtype=torch\.(\w+))?\)(\[-8:\])?$/.exec(expr);
  if (direct !== null) {
    const [, name = '', count, type, slice] = direct;
    const dtype = type === undefined && name === 'randperm' ? 'int64' : typed(type);
    const out = runFill(g, fillNames[name] ?? name, dtype, Number(count), []);
    return slice === undefined ? out : out.subarray(-8);
  }
  const method = /^torch\.empty\(([\d,]+?)(?:,dtype=torch\.(\w+))?\)\.(\w+)_\(([-\d.,]*)\)$/.exec(expr);
  if (method === null) throw new Error(`no way to run ${expr}`);
  const [, shape = '', type, name = '', list = ''] = method;
  const count = shape.split(',').reduce((product, size) => product * Number(size), 1);
  const args = list === '' ? [] : list.split(',').map(Number);
  return runFill(g, fillNames[name] ?? name, typed(type), count, args);
}
