import { type DType, dtypeInfo, type Literal, type View } from '@taimatsu/core/backend';
import { instantiate, Module, type Target } from './asm/index.ts';
import type { Operand } from './codegen/nest.ts';
import type { Memory } from './memory/index.ts';
import type { Pool } from './threads/index.ts';

/** A function of generated code: int64 scalars are bigints, all else numbers. */
export type Call = (...args: (number | bigint)[]) => number;

/** What kernels are made with: the memory they work in, who works, and what their code may rely on. */
export interface Runtime {
  readonly memory: Memory;
  readonly threads: Pool;
  readonly target: Target;
}

/** Compiles what `define` puts into a module and exports as `run`. */
export function compile({ memory, target }: Runtime, define: (module: Module) => void): Call {
  const module = new Module(target);
  define(module);
  return instantiate<{ run: Call }>(module, memory.wasm).run;
}

/** A launch scalar in the form in which generated code takes it. */
export function scalarArgument(value: Literal, dtype: DType): number | bigint {
  if (dtype === 'int64') return BigInt(value);
  return typeof value === 'number' ? value : Number(value);
}

/** Operand `number` of a launch's loops. */
export function operandOf(memory: Memory, number: number, view: View): Operand {
  return { number, pointer: memory.pointer(view), itemsize: dtypeInfo[view.dtype].itemsize };
}
