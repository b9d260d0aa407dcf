import { interpret, type Literal, type ScalarKernel } from '@taimatsu/core/backend';
import { coerceParam, reader, writer } from '../elements.ts';
import type { MapRunner } from '../kernels/map.ts';
import { bufferOf } from '../memory.ts';
import { startsOf, walk } from './walk.ts';

/** A map that evaluates its kernel with closures. */
export function closureMap(kernel: ScalarKernel): MapRunner {
  const evaluate = interpret(kernel);
  const readers = kernel.inputs.map(reader);
  const write = writer(kernel.output);
  return (plan, out, inputs, params) => {
    const loads: Literal[] = [];
    const env = {
      loads,
      params: kernel.params.map((dtype, i) => coerceParam(params[i]!, dtype)),
      position: 0,
    };
    const at = startsOf([out, ...inputs]);
    const data = inputs.map((input) => bufferOf(input).data);
    const target = bufferOf(out).data;
    walk(plan, at, () => {
      for (let i = 0; i < readers.length; i++) loads[i] = readers[i]!(data[i]!, at[i + 1]!);
      write(target, at[0]!, evaluate(env));
      env.position++;
    });
  };
}
