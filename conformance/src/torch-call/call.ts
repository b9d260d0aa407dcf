import * as torch from '@taimatsu/core';
import { bind, type Kwargs } from './bind.ts';
import { MissingOp } from './missing.ts';
import { type Bound, camel, type OurFunction, pathOf, type Row, row } from './row.ts';
import { table } from './table.ts';

/**
 * Calls our function for one of PyTorch's, by the qualified name and with the arguments that OpInfo uses: `add`,
 * `nn.functional.conv2d`, `__getitem__`; `variant` is OpInfo's variant name or ''. Tensors are ours, dtypes are names,
 * tuples and lists arrays, None null.
 * @throws {@link MissingOp} when the name is not there yet, and whatever the call throws
 */
export function torchCall(
  name: string,
  variant: string,
  input: unknown,
  args: readonly unknown[],
  kwargs: Kwargs,
): unknown {
  const found = rowOf(impostors[name] ?? name, variant);
  const positional = [input, ...args];
  const opInfo = found.order === undefined ? found : reordered(found, found.order);
  return apply(impostors[name] ?? name, found, bind(name, opInfo, positional, kwargs));
}

/** OpInfo's `rand_like` calls another function than its name says. */
const impostors: Readonly<Record<string, string>> = { rand_like: 'randn_like' };

/** Calls our function for `torch.NAME(*args, **kwargs)`, with the arguments in the function's own order. */
export function callFunction(name: string, args: readonly unknown[], kwargs: Kwargs): unknown {
  const found = rowOf(name, '');
  return apply(name, found, bind(name, found, args, kwargs));
}

/** True when the table has the name. Whether the library has the function too shows in a call. */
export function isKnownOp(name: string, variant = ''): boolean {
  return Object.hasOwn(table, `${name}@${variant}`) || Object.hasOwn(table, name);
}

/** Every name in the table. */
export function knownOps(): readonly string[] {
  return Object.keys(table);
}

/** Our function for one of PyTorch's names, if the library has it. */
export function hasFunction(name: string, variant = ''): boolean {
  return isKnownOp(name, variant) && find(rowOf(name, variant).target ?? pathOf(name)) !== undefined;
}

function rowOf(name: string, variant: string): Row {
  const found = table[`${name}@${variant}`] ?? table[name];
  if (found === undefined || !isKnownOp(name, variant)) throw new MissingOp(name, 'not in the table');
  return found;
}

function reordered(found: Row, order: readonly string[]): Row {
  const rest = found.params.filter((param) => !order.includes(param.name));
  const first = row(order.join(', ')).params;
  return { ...found, params: [...first, ...rest] };
}

function apply(name: string, found: Row, bound: Bound): unknown {
  const path = found.target ?? pathOf(name);
  const ours = find(path);
  if (ours === undefined) throw new MissingOp(name, `the library has no ${path}`);
  return found.call === undefined ? callPlainly(found, bound, ours) : found.call(bound, ours);
}

/** Positional arguments, then options: what most of our functions take. */
export function callPlainly({ params }: Row, bound: Bound, ours: OurFunction): unknown {
  const positional: unknown[] = [];
  const options: Record<string, unknown> = {};
  for (const { name, option, variadic } of params) {
    const value = bound[name];
    if (option) {
      if (value !== undefined) options[camel(name)] = value;
    } else if (variadic === 'spread') positional.push(...(value as readonly unknown[]));
    else positional.push(value);
  }
  if (Object.keys(options).length > 0) return ours(...positional, options);
  while (positional.length > 1 && positional.at(-1) === undefined) positional.pop();
  return ours(...positional);
}

type Namespace = Readonly<Record<string, unknown>>;

/**
 * A function of the entry point or of one of its namespaces, else a method or a property of tensors taking the tensor
 * first.
 */
function find(path: string): OurFunction | undefined {
  const parts = path.split('.');
  const name = parts.pop() ?? '';
  let space: unknown = torch;
  for (const part of parts) space = isNamespace(space) ? space[part] : undefined;
  if (!isNamespace(space)) return undefined;
  const found = space[name];
  if (typeof found === 'function') return found as OurFunction;
  return parts.length === 0 ? member(name) : undefined;
}

function member(name: string): OurFunction | undefined {
  const property = Object.getOwnPropertyDescriptor(torch.Tensor.prototype, name);
  if (property?.get !== undefined) return (self: unknown) => property.get!.call(self);
  const method: unknown = property?.value;
  return typeof method === 'function'
    ? (self: unknown, ...args: unknown[]) => method.apply(self, args)
    : undefined;
}

function isNamespace(value: unknown): value is Namespace {
  return typeof value === 'object' && value !== null;
}
