import type { Kernels, MapPlan, ScalarKernel, View } from '@taimatsu/core/backend';
import { scalarFunction } from '../dialect/scalar.ts';
import { bufferOf } from '../memory.ts';
import {
  type Launcher,
  type Operand,
  parameterArguments,
  parameterValues,
  type Source,
} from '../program/launcher.ts';
import { Waiting } from '../program/waiting.ts';
import type { KernelSource } from '../text.ts';

export function makeMap(launcher: Launcher): Kernels['map'] {
  const { memory, dialect } = launcher;
  // Values that were never stored could not be told to be rounded alike elsewhere.
  const waiting = dialect.asStored === undefined ? undefined : new Waiting(launcher);
  return (kernel, plan, out, inputs, params) => {
    const scalars = parameterValues(params, kernel.params, dialect);
    const views = inputs.slice(0, kernel.inputs.length);
    if (isWhole(plan, out, views)) {
      const buffer = bufferOf(out);
      const same = views.every((view) => bufferOf(view).length === plan.size);
      if (same && waiting !== undefined && views.length <= launcher.engine.maxTextures) {
        waiting.add(kernel, buffer, views.map(bufferOf), params);
        return;
      }
      const args = [...views.map((view) => memory.texels(bufferOf(view))), ...scalars];
      memory.replace(
        buffer,
        launcher.flat(`map ${kernel.id}${same ? '' : ' longer'}`, plan.size, args, () =>
          flat(kernel, launcher, same),
        ),
      );
      return;
    }
    const operands: Operand[] = views.map((view, i) => ({
      name: `x${i}`,
      texels: memory.texels(bufferOf(view)),
      offset: view.offset,
      strides: plan.strides[i + 1]!,
    }));
    if (kernel.positional) operands.push({ name: 'at', offset: 0, strides: rowMajor(plan.shape) });
    launcher.launch(`map ${kernel.id}`, out, plan.shape, plan.strides[0]!, operands, scalars, () =>
      strided(kernel, launcher),
    );
  };
}

/** True when all operands are all of their buffers, in order, or their beginnings. */
function isWhole(plan: MapPlan, out: View, inputs: readonly View[]): boolean {
  if (!plan.flat || out.offset !== 0 || bufferOf(out).length !== plan.size) return false;
  return inputs.every((view) => view.offset === 0);
}

function rowMajor(shape: readonly number[]): readonly number[] {
  const strides = shape.map(() => 1);
  for (let d = shape.length - 2; d >= 0; d--) strides[d] = strides[d + 1]! * shape[d + 1]!;
  return strides;
}

function flat(kernel: ScalarKernel, { dialect, engine }: Launcher, same: boolean): KernelSource {
  const read = (name: string): string => (same ? engine.readHere(name) : engine.read(name, 't'));
  const inputs = kernel.inputs.map((_, i) => read(`x${i}`));
  return {
    args: [
      ...kernel.inputs.map((_, i) => [`x${i}`, same ? 'here' : 'texels'] as const),
      ...parameterArguments(kernel.params, dialect),
    ],
    functions: [valueFunction(kernel, dialect)],
    body: [`return value(${[...inputs, ...names(kernel), ...(kernel.positional ? ['t'] : [])].join(', ')});`],
  };
}

function strided(kernel: ScalarKernel, { dialect, engine }: Launcher): Source {
  return {
    extra: parameterArguments(kernel.params, dialect),
    functions: [valueFunction(kernel, dialect)],
    body: (at) => {
      const inputs = kernel.inputs.map((_, i) => engine.read(`x${i}`, at(`x${i}`)));
      const position = kernel.positional ? [at('at')] : [];
      return [`return value(${[...inputs, ...names(kernel), ...position].join(', ')});`];
    },
  };
}

const names = (kernel: ScalarKernel): readonly string[] => kernel.params.map((_, i) => `p${i}`);

function valueFunction(kernel: ScalarKernel, dialect: Launcher['dialect']) {
  return scalarFunction(
    dialect,
    'value',
    kernel.body,
    kernel.inputs.length,
    kernel.params,
    kernel.positional,
  );
}
