import { type DType, isFloatingPoint } from '../dtype/index.ts';
import type { PrintOptions } from './options.ts';
import { formatFixed, formatScientific } from './printf.ts';

/** An element as it is printed. */
export type PrintElement = number | bigint | boolean;

/** The printed texts of elements, and the width they are meant to have. */
export interface ElementTexts {
  /** Padded on the left to `width`; infinities, NaN and zeros may be wider. */
  readonly texts: string[];
  readonly width: number;
}

/** Writes elements in the notation and to the width that suit all of them together. */
export function formatElements(
  values: readonly PrintElement[],
  dtype: DType,
  options: PrintOptions,
): ElementTexts {
  if (isFloatingPoint(dtype)) return formatFloats(values.map(Number), options);
  const texts = values.map(dtype === 'bool' ? boolText : String);
  return pad(
    texts,
    texts.reduce((width, text) => Math.max(width, text.length), 1),
  );
}

const boolText = (value: PrintElement): string => (value ? 'True' : 'False');

function formatFloats(values: readonly number[], { precision, sciMode }: PrintOptions): ElementTexts {
  let min = Number.POSITIVE_INFINITY;
  let max = 0;
  let integral = true;
  for (const value of values) {
    if (!counts(value)) continue;
    min = Math.min(min, Math.abs(value));
    max = Math.max(max, Math.abs(value));
    integral &&= Number.isInteger(value);
  }
  if (max === 0) return pad(values.map(integerText), 1);

  const scientific = max / min > 1000 || max > 1e8 || (!integral && min < 1e-4);
  const write = (value: number, inScientific: boolean): string => {
    if (inScientific) return formatScientific(value, precision);
    return integral ? integerText(value) : formatFixed(value, precision);
  };
  const texts = values.map((value) => write(value, scientific));
  let width = 1;
  for (let i = 0; i < values.length; i++) {
    if (counts(values[i] as number)) width = Math.max(width, (texts[i] as string).length);
  }
  // As in PyTorch, a forced notation keeps the width of the notation that the values would have chosen.
  if (sciMode === null || sciMode === scientific) return pad(texts, width);
  return pad(
    values.map((value) => write(value, sciMode)),
    width,
  );
}

/** Only finite values other than zero have a say in notation and width. */
function counts(value: number): boolean {
  return value !== 0 && Number.isFinite(value);
}

function integerText(value: number): string {
  return Number.isFinite(value) ? `${formatFixed(value, 0)}.` : formatFixed(value, 0);
}

function pad(texts: string[], width: number): ElementTexts {
  return { texts: texts.map((text) => text.padStart(width)), width };
}
