import type { Kernels, RowKernel } from '@taimatsu/core/backend';
import { itemsize } from '../codegen/access.ts';
import { defineRow } from '../codegen/row.ts';
import { type Call, compile, type Runtime, scalarArgument } from '../runtime.ts';
import { runOuter } from './outer.ts';

/** Nanoseconds an element and stage, about. */
const COST = 0.7;

export function makeRow(runtime: Runtime): Kernels['row'] {
  const { memory } = runtime;
  /** By kernel, then by which inputs have one element for a row. */
  const kernels: Map<number, Call>[] = [];
  const callOf = (kernel: RowKernel, splat: readonly boolean[]): Call => {
    while (kernels.length <= kernel.id) kernels.push(new Map());
    const calls = kernels[kernel.id]!;
    const mask = splat.reduce((bits, one, i) => (one ? bits | (1 << i) : bits), 0);
    let call = calls.get(mask);
    if (call === undefined) {
      call = compile(runtime, (module) => defineRow(module, kernel, kernel.dtype!, splat));
      calls.set(mask, call);
    }
    return call;
  };
  return (kernel, { outer, length, splat }, out, inputs, results, params) => {
    const call = callOf(kernel, splat);
    const views = [out, ...inputs, ...results];
    const bytes = itemsize(out.dtype);
    const last = outer.shape.length - 1;
    const strides = outer.strides.map((own) => own[last]! * bytes);
    const scalars = kernel.params.map((dtype, i) => scalarArgument(params[i]!, dtype));
    memory.clock++;
    const args = (pointers: readonly number[], rows: number): readonly (number | bigint)[] => {
      const list: (number | bigint)[] = [rows, length];
      for (let i = 0; i < pointers.length; i++) list.push(pointers[i]!, strides[i]!);
      return [...list, ...scalars];
    };
    runOuter(runtime, call, outer, views, args, { work: outer.size * length * COST * kernel.stages.length });
  };
}
