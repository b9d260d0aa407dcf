import { type DType, getDefaultDtype } from '../dtype/index.ts';
import { layOut } from './body.ts';
import { formatElements, type PrintElement } from './elements.ts';
import { getPrintOptions, type PrintOptions } from './options.ts';
import { numel, printedIndices, summarize } from './summary.ts';

/** The tensor to print. */
export interface PrintSource {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** The element at a logical flat index; called once for each of `printedIndices(shape)`, in order. */
  at(index: number): PrintElement;
}

/** What is printed besides the elements. */
export interface PrintExtras {
  /** The opening, `tensor(` unless given: a subclass prints `ClassName(`. */
  readonly prefix?: string;
  /** Puts `Parameter containing:` on a line of its own before the tensor. */
  readonly parameter?: boolean;
  /** Shown as `device='…'`; to be left out for the CPU. */
  readonly device?: string;
  /** The name of the gradient function, such as `AddBackward0`. */
  readonly gradFn?: string;
  /** Shown only without a `gradFn`. */
  readonly requiresGrad?: boolean;
  /** The printed tangent of a dual tensor; of a 0-d tangent, PyTorch prints only the number. */
  readonly tangent?: string;
}

/** Prints a tensor as PyTorch does. */
export function formatTensor(source: PrintSource, extras: PrintExtras = {}): string {
  const { shape, dtype } = source;
  const values = printedIndices(shape).map((index) => source.at(index));
  return formatGathered(values, shape, dtype, extras);
}

/**
 * Like {@link formatTensor}, given the values of exactly the elements at `printedIndices(shape)`, in order.
 *
 * @param options those in force unless given; pass what the indices were made with if time has passed since
 */
export function formatGathered(
  values: readonly PrintElement[],
  shape: readonly number[],
  dtype: DType,
  extras: PrintExtras = {},
  options: PrintOptions = getPrintOptions(),
): string {
  const { linewidth } = options;
  const prefix = extras.prefix ?? 'tensor(';
  const indent = prefix.length;
  const body =
    numel(shape) === 0
      ? '[]'
      : layOut(formatElements(values, dtype, options), summarize(shape, options), indent, linewidth);
  const text = append(prefix + body, suffixes(shape, dtype, extras), indent, linewidth);
  return extras.parameter === true ? `Parameter containing:\n${text}` : text;
}

function suffixes(shape: readonly number[], dtype: DType, extras: PrintExtras): string[] {
  const parts: string[] = [];
  const empty = numel(shape) === 0;
  if (extras.device !== undefined) parts.push(`device='${extras.device}'`);
  if (empty && shape.length !== 1) parts.push(`size=(${shape.join(', ')})`);
  if (!isImplied(dtype, empty)) parts.push(`dtype=torch.${dtype}`);
  if (extras.gradFn !== undefined) parts.push(`grad_fn=<${extras.gradFn}>`);
  else if (extras.requiresGrad === true) parts.push('requires_grad=True');
  if (extras.tangent !== undefined) parts.push(`tangent=${extras.tangent}`);
  return parts;
}

/** Elements tell bool, int64 and the default dtype apart; an empty tensor has none to tell by. */
function isImplied(dtype: DType, empty: boolean): boolean {
  return dtype === getDefaultDtype() || (!empty && (dtype === 'int64' || dtype === 'bool'));
}

function append(opened: string, parts: readonly string[], indent: number, linewidth: number): string {
  let text = opened;
  // PyTorch's own count, two more than there are.
  let column = opened.length - opened.lastIndexOf('\n') + 1;
  for (const part of parts) {
    if (column + part.length + 2 > linewidth) {
      text += `,\n${' '.repeat(indent)}${part}`;
      column = indent + part.length;
    } else {
      text += `, ${part}`;
      column += part.length + 2;
    }
  }
  return `${text})`;
}
