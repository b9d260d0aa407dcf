import type { Kernels, RowKernel } from '@taimatsu/core/backend';
import { itemsize } from '../codegen/access.ts';
import { defineRow } from '../codegen/row.ts';
import { type Call, compile, type Runtime, scalarArgument } from '../runtime.ts';
import { eachOuter } from './outer.ts';

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
    eachOuter(memory, outer, views, (pointers) => {
      const args: (number | bigint)[] = [outer.shape[last]!, length];
      for (let i = 0; i < pointers.length; i++) args.push(pointers[i]!, strides[i]!);
      call(...args, ...scalars);
    });
  };
}
