/** The element types, in the order of PyTorch's own numbering among those supported. */
export const dtypes = [
  'bool',
  'uint8',
  'int8',
  'int16',
  'int32',
  'int64',
  'float16',
  'bfloat16',
  'float32',
  'float64',
] as const;

/** The type of a tensor's elements, by PyTorch's name without `torch.`. */
export type DType = (typeof dtypes)[number];

/** A dtype's small stable number: its position in {@link dtypes}. */
export type DTypeId = number;

/** Promotion order of the kinds of number: a higher category wins over a lower one. */
export type Category = 'bool' | 'int' | 'float';

/** What is fixed about a dtype. */
export interface DTypeInfo {
  readonly name: DType;
  readonly id: DTypeId;
  /** Bytes an element takes in storage. */
  readonly itemsize: number;
  readonly category: Category;
  /** PyTorch's capitalised name, as in error texts: `Float`, `Long`, `Bool`. */
  readonly title: string;
  /** PyTorch's legacy class name, as in `x.type()`: `torch.FloatTensor`. */
  readonly typeName: string;
  /** The C++ type, as some error texts name it: `long int`. */
  readonly cppName: string;
  /** The dtype in which one element's arithmetic is done; the result is rounded once on the way out. */
  readonly compute: DType;
}

const titles = ['Bool', 'Byte', 'Char', 'Short', 'Int', 'Long', 'Half', 'BFloat16', 'Float', 'Double'];
const cppNames = [
  'bool',
  'unsigned char',
  'signed char',
  'short int',
  'int',
  'long int',
  'c10::Half',
  'c10::BFloat16',
  'float',
  'double',
];
const sizes = [1, 1, 1, 2, 4, 8, 2, 2, 4, 8];

function describe(name: DType, id: number): DTypeInfo {
  const title = titles[id] as string;
  const category: Category = id === 0 ? 'bool' : id < 6 ? 'int' : 'float';
  const compute: DType = name === 'float16' || name === 'bfloat16' ? 'float32' : name;
  return {
    name,
    id,
    itemsize: sizes[id] as number,
    category,
    title,
    typeName: `torch.${title}Tensor`,
    cppName: cppNames[id] as string,
    compute,
  };
}

/** Facts about every dtype, by name. */
export const dtypeInfo: { readonly [D in DType]: DTypeInfo } = Object.fromEntries(
  dtypes.map((name, id) => [name, describe(name, id)]),
) as { [D in DType]: DTypeInfo };

/** True for float16, bfloat16, float32 and float64: the dtypes that can require gradients. */
export function isFloatingPoint(dtype: DType): boolean {
  return dtypeInfo[dtype].category === 'float';
}

/** True for the integer dtypes; bool is not one of them. */
export function isInteger(dtype: DType): boolean {
  return dtypeInfo[dtype].category === 'int';
}

/** True for anything that is a dtype's name. */
export function isDType(value: unknown): value is DType {
  return typeof value === 'string' && Object.hasOwn(dtypeInfo, value);
}
