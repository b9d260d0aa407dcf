import * as torch from '@taimatsu/core';
import { callFunction } from '../torch-call/call.ts';
import { PySlice, pyTuple } from '../values.ts';
import {
  isTagged,
  type NumberRecord,
  type SampleRecord,
  type TensorRecord,
  type ValueRecord,
} from './format.ts';

/** What a recorded value needs and the library does not have yet: a dtype, a layout. */
export class Undecodable extends Error {
  override readonly name: string = 'Undecodable';
}

/** The arguments of a recorded call as ours, and the leaves among them by path. */
export interface DecodedCall {
  readonly input: unknown;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** Tensors that require gradients, by paths such as `input`, `args[0]`, `kwargs.weight`. */
  readonly leaves: ReadonlyMap<string, torch.Tensor>;
}

/** @throws {@link Undecodable} */
export function decodeCall(sample: SampleRecord): DecodedCall {
  const leaves = new Map<string, torch.Tensor>();
  const kwargs: Record<string, unknown> = {};
  const input = decode(sample.input, 'input', leaves);
  const args = sample.args.map((arg, i) => decode(arg, `args[${i}]`, leaves));
  for (const [key, value] of Object.entries(sample.kwargs)) {
    kwargs[key] = decode(value, `kwargs.${key}`, leaves);
  }
  return { input, args, kwargs, leaves };
}

function decode(value: ValueRecord, path: string, leaves: Map<string, torch.Tensor>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (!isTagged(value)) return value.map((item, i) => decode(item, `${path}[${i}]`, leaves));
  switch (value.$) {
    case 'tensor': {
      const tensor = decodeTensor(value);
      if (value.requires_grad) leaves.set(path, tensor);
      return tensor;
    }
    case 'tuple':
      return pyTuple(value.v.map((item, i) => decode(item, `${path}[${i}]`, leaves)));
    case 'size':
      return pyTuple(value.v);
    case 'slice': {
      const [start, stop, step] = value.v;
      return new PySlice(start ?? undefined, stop ?? undefined, step ?? undefined);
    }
    case 'dict':
      return Object.fromEntries(
        Object.entries(value.v).map(([k, v]) => [k, decode(v, `${path}.${k}`, leaves)]),
      );
    case 'ellipsis':
      return '...';
    case 'inf':
    case '-inf':
    case 'nan':
      return decodeNumber(value.$);
    case 'bigint':
      return BigInt(value.v);
    case 'dtype':
      if (!torch.isDType(value.v)) throw new Undecodable(`no dtype ${value.v}`);
      return value.v;
    case 'device':
    case 'layout':
    case 'memory_format':
      return value.v;
    case 'complex':
      throw new Undecodable('no complex numbers');
    case 'opaque':
      return opaques[value.v] ?? missing(`no ${value.v}`);
    default:
      return value satisfies never;
  }
}

/** Python objects that were only recorded by their names. */
const opaques: Readonly<Record<string, unknown>> = {
  'PairwiseDistance()': (a: unknown, b: unknown) =>
    callFunction('nn.functional.pairwise_distance', [a, b], {}),
};

function missing(what: string): never {
  throw new Undecodable(what);
}

/** A leaf with the recorded elements, laid out in memory as they were. @throws {@link Undecodable} */
export function decodeTensor(record: TensorRecord): torch.Tensor {
  const { dtype, shape, strides, offset } = record;
  if (!torch.isDType(dtype)) throw new Undecodable(`no dtype ${dtype}`);
  const plain = isRowMajor(record);
  const elements = plain ? record.data : inMemory(record);
  const flat = torch.tensor(hostElements(elements, dtype), { dtype });
  const tensor = plain ? flat.view([...shape]) : flat.asStrided([...shape], [...strides], offset);
  return record.requires_grad ? tensor.requiresGrad_(true) : tensor;
}

function isRowMajor({ shape, strides, offset, data }: TensorRecord): boolean {
  if (offset !== 0) return false;
  if (data.length === 0) return true;
  let expected = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    if (shape[d] !== 1 && strides[d] !== expected) return false;
    expected *= shape[d]!;
  }
  return true;
}

/** The storage's elements; what no element of the tensor covers is NaN, so that reading it shows. */
function inMemory({ dtype, shape, strides, offset, data }: TensorRecord): NumberRecord[] {
  const last =
    data.length === 0 ? 0 : shape.reduce((sum, size, d) => sum + (size - 1) * strides[d]!, offset) + 1;
  const memory = new Array<NumberRecord>(last).fill(dtype.includes('float') ? 'nan' : 0);
  const position = new Array<number>(shape.length).fill(0);
  for (const element of data) {
    memory[position.reduce((sum, p, d) => sum + p * strides[d]!, offset)] = element;
    for (let d = shape.length - 1; d >= 0; d--) {
      position[d]!++;
      if (position[d]! < shape[d]!) break;
      position[d] = 0;
    }
  }
  return memory;
}

function hostElements(elements: readonly NumberRecord[], dtype: torch.DType): (number | bigint | boolean)[] {
  if (dtype === 'int64') return elements.map((element) => BigInt(element));
  if (dtype === 'bool') return elements.map((element) => element === 1);
  return elements.map(decodeNumber);
}

/** A recorded number. */
export function decodeNumber(value: NumberRecord): number {
  if (typeof value === 'number') return value;
  const special: Readonly<Record<string, number>> = {
    nan: Number.NaN,
    inf: Number.POSITIVE_INFINITY,
    '-inf': Number.NEGATIVE_INFINITY,
    '-0': -0,
  };
  return special[value] ?? Number(value);
}
