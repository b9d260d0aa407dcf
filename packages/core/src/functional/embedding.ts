import { dtypeInfo } from '../dtype/index.ts';
import { fail } from '../errors/index.ts';
import { canRead, emptyTensor, type GradRecord, noGrad, type Tensor, track } from '../extend/index.ts';
import { alongAxis, gatherInto } from '../ops/internal/indexed.ts';
import { where } from '../ops/where.ts';

/** Keyword arguments of {@link embedding}. */
export interface EmbeddingOptions {
  /** The row that gets no gradient; negative ones count from the end. */
  readonly paddingIdx?: number | null | undefined;
  /** Rows that are looked up and have a larger norm are scaled down to it, in place. */
  readonly maxNorm?: number | null | undefined;
  /** The norm's order. Default 2. */
  readonly normType?: number | undefined;
  /** Divides gradients by how often a row was looked up. Default false. */
  readonly scaleGradByFreq?: boolean | undefined;
  /** Has no effect: gradients are dense. */
  readonly sparse?: boolean | undefined;
}

interface EmbeddingAttrs {
  readonly rows: number;
  readonly padding: number | undefined;
  readonly byFrequency: boolean;
}

const record: GradRecord<EmbeddingAttrs> = {
  name: 'EmbeddingBackward0',
  grads: [
    {
      in: [1],
      vjp: (g, c) => {
        const { rows, padding, byFrequency } = c.attrs;
        const index = c.input(1);
        const width = g.shape[g.ndim - 1]!;
        let grads = g.reshape([index.numel(), width]);
        if (padding !== undefined) grads = grads.maskedFill(index.eq(padding).unsqueeze(1), 0);
        if (byFrequency) {
          const counts = grads.newZeros([rows]).indexAdd(0, index, grads.newOnes([index.numel()]));
          grads = grads.div(counts.indexSelect(0, index).unsqueeze(1));
        }
        return grads.newZeros([rows, width]).indexAdd(0, index, grads);
      },
    },
    null,
  ],
};

/** The rows of a matrix that indices of any shape name; the core of {@link embedding}. */
export function lookUp(
  weight: Tensor,
  indices: Tensor,
  padding: number | undefined,
  byFrequency: boolean,
): Tensor {
  const index = noGrad(() => indices.detach().reshape([indices.numel()]).to('int64'));
  const out = noGrad(() => {
    const rows = selectRows(weight.detach(), index);
    return rows.view([...indices.shape, weight.shape[1]!]).detach();
  });
  return track(record, out, [weight, index], { rows: weight.shape[0]!, padding, byFrequency });
}

function selectRows(weight: Tensor, index: Tensor): Tensor {
  const shape = [index.numel(), weight.shape[1]!];
  const out = emptyTensor(weight.backend, weight.dtype, shape);
  gatherInto(out, weight, 0, alongAxis(index, shape, 0), () => fail('index/self-range', {}));
  return out;
}

/** Scales rows that are looked up down to `maxNorm`, in place and outside the graph. */
export function renormRows(weight: Tensor, indices: Tensor, maxNorm: number, normType: number): void {
  noGrad(() => {
    const own = weight.detach();
    const index = indices.detach().reshape([indices.numel()]).to('int64');
    const norms = own.norm(normType, 1, { keepdim: true });
    const used = own.newZeros([own.shape[0]!, 1], { dtype: 'bool' }).indexFill(0, index, true);
    const large = norms.gt(maxNorm).logicalAnd(used);
    own.mul_(where(large, norms.add(1e-7).reciprocal().mul(maxNorm), 1).to(own.dtype));
  });
}

/** The padding row's number, counted from the start. */
export function paddingRow(weight: Tensor, given: number | null | undefined): number | undefined {
  if (given == null) return undefined;
  const rows = weight.shape[0]!;
  if (given >= rows || given < -rows) {
    fail('op/value', { text: 'Padding_idx must be within num_embeddings' });
  }
  return given < 0 ? given + rows : given;
}

/** The rows of `weight` [rows, width] that `input`, int64 of any shape, names: [..., width]. */
export function embedding(input: Tensor, weight: Tensor, options: EmbeddingOptions = {}): Tensor {
  const { maxNorm, normType = 2, scaleGradByFreq = false } = options;
  const padding = paddingRow(weight, options.paddingIdx);
  if (weight.ndim !== 2) fail('op/argument', { text: "'weight' must be 2-D" });
  if (input.dtype !== 'int64' && input.dtype !== 'int32') {
    fail('op/argument', {
      text: `Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; but got ${dtypeInfo[input.dtype].typeName} instead (while checking arguments for embedding)`,
    });
  }
  if (maxNorm != null) renormRows(weight, input, maxNorm, normType);
  return lookUp(weight, input, padding, scaleGradByFreq);
}

/** For each class number a row of zeros with a 1 at its place. With `numClasses` -1 the largest number decides. int64. */
export function oneHot(input: Tensor, numClasses = -1): Tensor {
  if (input.dtype !== 'int64') {
    fail('op/argument', { text: 'one_hot is only applicable to index tensor.' });
  }
  if (input.numel() === 0) {
    if (numClasses <= 0) {
      fail('op/argument', { text: 'Can not infer total number of classes from empty tensor.' });
    }
    return input.newZeros([...input.shape, numClasses]);
  }
  const classes = numClasses === -1 ? Number(input.amax().item()) + 1 : numClasses;
  if (canRead(input)) {
    if (Number(input.amin().item()) < 0) {
      fail('op/argument', { text: 'Class values must be non-negative.' });
    }
    if (Number(input.amax().item()) >= classes) {
      fail('op/argument', { text: 'Class values must be smaller than num_classes.' });
    }
  }
  return input.newZeros([...input.shape, classes]).scatter(input.ndim, input.unsqueeze(-1), 1);
}
