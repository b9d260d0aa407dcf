import { type ElementArray, elementArray } from '../backend/index.ts';
import { type DType, getDefaultDtype, isFloatingPoint, resultType, type Scalar } from '../dtype/index.ts';
import { checkOperands, emptyTensor, noGrad, type Operand, type Takes, Tensor } from '../extend/index.ts';
import { broadcastShapes, numelOf, type Shape } from '../shape/index.ts';
import { elementValue } from './internal/element.ts';
import { aligned, exampleSizes, hideExamples, showExamples } from './internal/examples.ts';

// What has no kernel kind of its own is computed in JavaScript: the elements are read, worked on in double precision,
// and written back. It takes a backend that reads without waiting.

/** The elements as doubles in row-major order. `call` names who asks. @throws `backend/sync-read` */
export function readNumbers(self: Tensor, call: string): Float64Array {
  const elements = noGrad(() => self.detach().toElements(`${call}()`, `awaitReads(() => ${call}(…))`));
  if (elements instanceof Float64Array) return elements;
  const { dtype } = self;
  return Float64Array.from(elements as ArrayLike<number | bigint>, (_, i) =>
    Number(elementValue(elements, i, dtype)),
  );
}

/** As {@link readNumbers}, of all examples of a `vmap` one after the other. */
export function readExamples(self: Tensor, call: string): Float64Array {
  return readNumbers(showExamples(self), call);
}

/** As {@link fromNumbers}, of as many examples as `like` has, one after the other; or of one that is the same for all. */
export function fromExamples(like: Tensor, dtype: DType, shape: Shape, values: ArrayLike<number>): Tensor {
  if (values.length === numelOf(shape)) return fromNumbers(like, dtype, shape, values);
  return hideExamples(fromNumbers(like, dtype, [...exampleSizes(like), ...shape], values), like);
}

/** A fresh tensor on `like`'s device. Whole numbers for integer dtypes, 0 and 1 for bool. */
export function fromNumbers(like: Tensor, dtype: DType, shape: Shape, values: ArrayLike<number>): Tensor {
  if (dtype === 'float16' || dtype === 'bfloat16') {
    return noGrad(() => fromNumbers(like, 'float32', shape, values).to(dtype));
  }
  const out = emptyTensor(like.backend, dtype, shape);
  if (values.length > 0) out.storage.write(0, elementsOf(dtype, values));
  return out;
}

function elementsOf(dtype: DType, values: ArrayLike<number>): ElementArray {
  if (dtype === 'float64' && values instanceof Float64Array) return values;
  const elements = elementArray(dtype, values.length);
  if (elements instanceof BigInt64Array) {
    for (let i = 0; i < values.length; i++) elements[i] = BigInt(values[i]!);
  } else elements.set(values);
  return elements;
}

/** The floating dtype in which a function of these operands is computed. */
export function floatDtype(...operands: readonly Operand[]): DType {
  const dtype = resultType(...operands);
  return isFloatingPoint(dtype) ? dtype : getDefaultDtype();
}

/**
 * An elementwise function of two operands, outside the graph, computed on the host: for what no finite expression of the
 * scalar vocabulary gives.
 */
export function hostBinary(
  name: string,
  f: (a: number, b: number) => number,
  takes?: Takes,
): (a: Operand, b: Operand) => Tensor {
  return (a, b) => {
    checkOperands(name, [a, b], takes);
    const dtype = floatDtype(a, b);
    const shape = broadcastShapes(shapeOf(a), shapeOf(b));
    const [first, second] = noGrad(() =>
      aligned(...[a, b].flatMap((x) => (x instanceof Tensor ? [x.expand(shape)] : []))),
    );
    const like = first!;
    const left = a instanceof Tensor ? readExamples(first!, name) : a;
    const right = b instanceof Tensor ? readExamples(second ?? first!, name) : b;
    const at = (x: Float64Array | Scalar, i: number): number =>
      x instanceof Float64Array ? x[i]! : Number(x);
    const values = new Float64Array(numelOf([...exampleSizes(like), ...shape]));
    for (let i = 0; i < values.length; i++) values[i] = f(at(left, i), at(right, i));
    return fromExamples(like, dtype, shape, values);
  };
}

const shapeOf = (x: Operand): Shape => (x instanceof Tensor ? x.shape : []);
