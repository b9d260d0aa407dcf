import { fail } from '../errors/index.ts';
import type { Tensor } from '../extend/index.ts';

/** One subscript: a letter, or a place in the ellipsis counted from its right end. */
type Label = string;

interface Equation {
  readonly inputs: readonly string[];
  readonly output: string | undefined;
}

function parse(equation: string): Equation {
  const arrow = equation.indexOf('->');
  const left = arrow < 0 ? equation : equation.slice(0, arrow);
  const inputs = left.split(',');
  checkLetters(equation);
  return { inputs, output: arrow < 0 ? undefined : equation.slice(arrow + 2) };
}

function checkLetters(equation: string): void {
  const arrow = equation.indexOf('->');
  for (let i = 0; i < equation.length; i++) {
    if (i === arrow || (arrow >= 0 && i === arrow + 1)) continue;
    if (!/[a-zA-Z.,\s]/.test(equation[i]!) || (equation[i] === ',' && arrow >= 0 && i > arrow)) {
      fail('op/argument', {
        text: `einsum(): invalid subscript given at index ${i} in the equation string, subscripts must be in [a-zA-Z]`,
      });
    }
  }
}

/** The labels of one operand; `...` becomes as many as `rank` leaves to it. */
function labelsOf(text: string, operand: number | 'output', rank: number | undefined): Label[] {
  const subscripts = text.replace(/\s/g, '');
  const where = operand === 'output' ? 'output' : `operand ${operand}`;
  const at = subscripts.indexOf('...');
  const rest = at < 0 ? subscripts : subscripts.slice(0, at) + subscripts.slice(at + 3);
  if (rest.includes('.')) {
    const suffix = operand === 'output' ? ' (...)' : '';
    const text_ =
      at >= 0
        ? operand === 'output'
          ? "einsum(): found '.' for output but an ellipsis (...) was already found"
          : `einsum(): found '.' for ${where} for which an ellipsis was already found`
        : `einsum(): found '.' for ${where} that is not part of any ellipsis${suffix}`;
    fail('op/argument', { text: text_ });
  }
  const before = [...(at < 0 ? subscripts : subscripts.slice(0, at))];
  const after = at < 0 ? [] : [...subscripts.slice(at + 3)];
  if (rank === undefined) return at < 0 ? before : [...before, '...', ...after];
  const named = before.length + after.length;
  if (at < 0 ? named !== rank : named > rank) {
    const [verb, tail] = at < 0 ? ['does not match', ' and no ellipsis was given'] : ['is more than', ''];
    fail('op/argument', {
      text: `einsum(): the number of subscripts in the equation (${named}) ${verb} the number of dimensions (${rank}) for operand ${operand}${tail}`,
    });
  }
  return [...before, ...ellipsis(at < 0 ? 0 : rank - named), ...after];
}

const ellipsis = (count: number): Label[] => Array.from({ length: count }, (_, i) => `.${count - 1 - i}`);

/** An operand with a label for each of its dimensions, each label once. */
interface Labelled {
  readonly tensor: Tensor;
  readonly labels: readonly Label[];
}

/** Repeated labels of one operand reduced to diagonals. */
function withoutRepeats(tensor: Tensor, labels: readonly Label[], operand: number): Labelled {
  let x = tensor;
  const kept = [...labels];
  for (let d = 0; d < kept.length; d++) {
    for (let other = kept.indexOf(kept[d]!, d + 1); other >= 0; other = kept.indexOf(kept[d]!, d + 1)) {
      if (x.shape[d] !== x.shape[other]) {
        fail('op/argument', {
          text: `einsum(): subscript ${kept[d]} is repeated for operand ${operand} but the sizes don't match, ${x.shape[other]} != ${x.shape[d]}`,
        });
      }
      x = x.diagonal(0, d, other).movedim(-1, d);
      kept.splice(other, 1);
    }
  }
  return { tensor: x, labels: kept };
}

function checkSizes(operands: readonly Labelled[]): Map<Label, number> {
  const sizes = new Map<Label, number>();
  operands.forEach(({ tensor, labels }, operand) => {
    labels.forEach((label, d) => {
      const size = tensor.shape[d]!;
      const seen = sizes.get(label) ?? 1;
      if (size !== seen && size !== 1 && seen !== 1) {
        const name = label.startsWith('.') ? "'...'" : label;
        fail('op/argument', {
          text: `einsum(): subscript ${name} has size ${size} for operand ${operand} which does not broadcast with previously seen size ${seen}`,
        });
      }
      if (size !== 1 || !sizes.has(label)) sizes.set(label, size === 1 ? seen : size);
    });
  });
  return sizes;
}

/** Dimensions of size 1 that others stretch hold nothing of their own: they go. */
function withoutStretched({ tensor, labels }: Labelled, sizes: Map<Label, number>): Labelled {
  const stretched = labels.flatMap((label, d) =>
    tensor.shape[d] === 1 && sizes.get(label) !== 1 ? [d] : [],
  );
  if (stretched.length === 0) return { tensor, labels };
  return { tensor: tensor.squeeze(stretched), labels: labels.filter((_, d) => !stretched.includes(d)) };
}

function outputLabels(equation: Equation, operands: readonly Labelled[]): Label[] {
  const all = operands.flatMap(({ labels }) => labels);
  const dots = [...new Set(all.filter((label) => label.startsWith('.')))].sort(
    (a, b) => Number(b.slice(1)) - Number(a.slice(1)),
  );
  if (equation.output === undefined) {
    const counts = new Map<Label, number>();
    for (const label of all) counts.set(label, (counts.get(label) ?? 0) + 1);
    return [
      ...dots,
      ...[...counts.keys()].filter((l) => !l.startsWith('.') && repeats(equation, l) === 1).sort(),
    ];
  }
  const labels = labelsOf(equation.output, 'output', undefined);
  labels.forEach((label, i) => {
    if (label === '...') return;
    if (labels.indexOf(label) !== i) {
      fail('op/argument', {
        text: `einsum(): output subscript ${label} appears more than once in the output`,
      });
    }
    if (!all.includes(label)) {
      fail('op/argument', {
        text: `einsum(): output subscript ${label} does not appear in the equation for any input operand`,
      });
    }
  });
  return labels.flatMap((label) => (label === '...' ? dots : [label]));
}

/** How often a letter stands on the left side, repeats within one operand included. */
function repeats({ inputs }: Equation, label: Label): number {
  return inputs.join('').split(label).length - 1;
}

function summed({ tensor, labels }: Labelled, keep: (label: Label) => boolean): Labelled {
  const gone = labels.flatMap((label, d) => (keep(label) ? [] : [d]));
  if (gone.length === 0) return { tensor, labels };
  return { tensor: tensor.sum(gone), labels: labels.filter(keep) };
}

/** The product of two, summed over labels that nobody needs any more: one batched matrix product. */
function contract(a: Labelled, b: Labelled, needed: ReadonlySet<Label>): Labelled {
  const left = summed(a, (label) => needed.has(label) || b.labels.includes(label));
  const right = summed(b, (label) => needed.has(label) || a.labels.includes(label));
  const shared = left.labels.filter((label) => right.labels.includes(label));
  const batch = shared.filter((label) => needed.has(label));
  const inner = shared.filter((label) => !needed.has(label));
  const rows = left.labels.filter((label) => !shared.includes(label));
  const columns = right.labels.filter((label) => !shared.includes(label));
  const sizesOf = ({ tensor, labels }: Labelled, of: readonly Label[]): number[] =>
    of.map((label) => tensor.shape[labels.indexOf(label)]!);
  const count = (sizes: readonly number[]): number => sizes.reduce((n, size) => n * size, 1);
  const grouped = (x: Labelled, ...groups: readonly (readonly Label[])[]): Tensor =>
    x.tensor
      .permute(groups.flat().map((label) => x.labels.indexOf(label)))
      .reshape(groups.map((group) => count(sizesOf(x, group))));
  const product = grouped(left, batch, rows, inner).bmm(grouped(right, batch, inner, columns));
  const shape = [...sizesOf(left, batch), ...sizesOf(left, rows), ...sizesOf(right, columns)];
  return { tensor: product.reshape(shape), labels: [...batch, ...rows, ...columns] };
}

/**
 * Einstein's summation: `einsum('ij,jk->ik', [a, b])` is the product of two matrices. Operands are taken together from left to
 * right.
 */
export function einsum(equation: string, operands: readonly Tensor[]): Tensor {
  const given = [operands].flat() as readonly Tensor[];
  if (given.length === 0) {
    fail('op/value', {
      text: 'einsum(): must specify the equation string and at least one operand, or at least one operand and its subscripts list',
    });
  }
  const parsed = parse(equation);
  if (parsed.inputs.length !== given.length) {
    const verb = parsed.inputs.length > given.length ? 'fewer' : 'more';
    fail('op/argument', {
      text: `einsum(): ${verb} operands were provided than specified in the equation`,
    });
  }
  const labelled = given.map((x, i) => withoutRepeats(x, labelsOf(parsed.inputs[i]!, i, x.ndim), i));
  const output = outputLabels(parsed, labelled);
  const sizes = checkSizes(labelled);
  const parts = labelled.map((part) => withoutStretched(part, sizes));
  let result = parts[0]!;
  for (let i = 1; i < parts.length; i++) {
    const needed = new Set([...output, ...parts.slice(i + 1).flatMap(({ labels }) => labels)]);
    result = contract(result, parts[i]!, needed);
  }
  const done = summed(result, (label) => output.includes(label));
  // An output label whose size is 1 everywhere may have gone with a stretched dimension.
  const missing = output.filter((label) => !done.labels.includes(label));
  const widened = missing.reduce((x) => x.unsqueeze(-1), done.tensor);
  const labels = [...done.labels, ...missing];
  return widened.permute(output.map((label) => labels.indexOf(label)));
}
