import type { Bound, Param, Row } from './row.ts';

/** Python's own complaint about arguments that do not fit a signature. */
export class BindError extends Error {
  override readonly name: string = 'TypeError';
}

/** Keyword arguments by Python's names. */
export type Kwargs = { readonly [name: string]: unknown };

/**
 * Gives arguments to parameters the way Python does.
 * `ignored` keywords carry no meaning here: see {@link ignoredKeywords}.
 */
export function bind(name: string, { params }: Row, args: readonly unknown[], kwargs: Kwargs): Bound {
  const bound: Record<string, unknown> = {};
  const takers = params.filter((param) => !param.keywordOnly);
  let next = 0;
  for (const param of takers) {
    if (param.variadic !== undefined) {
      // Keyword-only parameters may follow, positional ones not.
      const rest = args.slice(next);
      next = args.length;
      if (!(param.name in kwargs)) bound[param.name] = gather(rest, param);
    } else if (next < args.length) bound[param.name] = present(args[next++]);
  }
  if (next < args.length) {
    throw new BindError(
      `${name}() takes ${takers.length} positional arguments but ${args.length} were given`,
    );
  }
  for (const [key, value] of Object.entries(kwargs)) {
    if (!params.some((param) => param.name === key)) {
      if (ignoredKeywords.has(key)) continue;
      throw new BindError(`${name}() got an unexpected keyword argument '${key}'`);
    }
    if (bound[key] !== undefined) throw new BindError(`${name}() got multiple values for argument '${key}'`);
    bound[key] = present(value);
  }
  return bound;
}

/**
 * Keywords that choose where or in what order elements lie, not what they are: every call here runs on the device
 * under test, and results are compared element by element whatever their strides.
 */
export const ignoredKeywords: ReadonlySet<string> = new Set([
  'device',
  'layout',
  'pin_memory',
  'memory_format',
  'non_blocking',
]);

function gather(rest: readonly unknown[], { variadic }: Param): readonly unknown[] {
  const [only] = rest;
  return rest.length === 1 && Array.isArray(only) && variadic === 'list' ? only : rest;
}

/** Python's None is our undefined. */
function present(value: unknown): unknown {
  return value === null ? undefined : value;
}
