/** A node of an ONNX graph. Attributes are floats where they say so, else integers or lists of integers. */
export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, number | readonly number[] | { readonly float: number }>>;
}

/** A graph of float32 tensors, whose nodes are in order and whose last node gives the output. */
export interface Graph {
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly nodes: readonly Node[];
}

/** The bytes of an ONNX model (operator set 17) in Protocol Buffers' format, as far as such graphs need it. */
export function encodeModel({ inputs, nodes }: Graph): Uint8Array {
  const graph = [
    ...nodes.map((node) => field(1, nodeBytes(node))),
    field(2, text('bench')),
    ...Object.entries(inputs).map(([name, shape]) => field(11, valueInfo(name, shape))),
    field(12, valueInfo(nodes.at(-1)!.output)),
  ];
  return Uint8Array.from([
    ...integer(1, 8),
    ...field(7, graph.flat()),
    ...field(8, [...field(1, []), ...integer(2, 17)]),
  ]);
}

function nodeBytes({ op, inputs, output, attributes = {} }: Node): number[] {
  return [
    ...inputs.flatMap((name) => field(1, text(name))),
    ...field(2, text(output)),
    ...field(4, text(op)),
    ...Object.entries(attributes).flatMap(([name, value]) =>
      field(5, [...field(1, text(name)), ...attribute(value)]),
    ),
  ];
}

function attribute(value: number | readonly number[] | { readonly float: number }): number[] {
  if (typeof value === 'number') return [...integer(3, value), ...integer(20, 2)];
  if ('float' in value) {
    const bytes = new Uint8Array(Float32Array.of(value.float).buffer);
    return [(2 << 3) | 5, ...bytes, ...integer(20, 1)];
  }
  return [...value.flatMap((one) => integer(8, one)), ...integer(20, 7)];
}

/** A name with float32 and, where it is known, a shape. */
function valueInfo(name: string, shape?: readonly number[]): number[] {
  const dims = shape?.flatMap((size) => field(1, integer(1, size)));
  const tensor = [...integer(1, 1), ...(dims === undefined ? [] : field(2, dims))];
  return [...field(1, text(name)), ...field(2, field(1, tensor))];
}

const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const field = (id: number, bytes: readonly number[]): number[] => [
  ...varint((id << 3) | 2),
  ...varint(bytes.length),
  ...bytes,
];
const integer = (id: number, value: number): number[] => [...varint(id << 3), ...varint(value)];

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}
