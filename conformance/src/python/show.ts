import { type Tensor, TensorError } from '@taimatsu/core';
import { isTensor } from '../tensors.ts';
import { PyTuple } from '../values.ts';
import { PyError } from './functions.ts';
import { PyDType, PySize } from './objects.ts';

/** `str(value)`: what `print` shows. Tensors are read without blocking. */
export async function pyStr(given: unknown): Promise<string> {
  if (isTensor(given)) return showTensor(given);
  const value = await given;
  if (value instanceof TensorError || value instanceof PyError) return value.message;
  return typeof value === 'string' ? value : pyRepr(value);
}

/** `repr(value)`. */
export async function pyRepr(given: unknown): Promise<string> {
  if (isTensor(given)) return showTensor(given);
  // What a device could not give at once.
  const value = await given;
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return floatRepr(value);
  if (typeof value === 'string') return `'${value}'`;
  if (value instanceof PySize) return `torch.Size([${value.join(', ')}])`;
  if (value instanceof PyDType) return `torch.${value.dtype}`;
  if (Array.isArray(value)) {
    // All at once: what is read later may have changed by then.
    const items = await Promise.all(value.map(pyRepr));
    if (!(value instanceof PyTuple)) return `[${items.join(', ')}]`;
    return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
  }
  return String(value);
}

function showTensor(tensor: Tensor): Promise<string> {
  return tensor.toStringAsync();
}

/** The shortest digits that give the same float, in Python's notation. */
export function floatRepr(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [digits = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const plain =
    exponent < 0
      ? value.toFixed(Math.max(0, digits.replace(/[-.]/g, '').length - 1 - exponent))
      : String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
}
