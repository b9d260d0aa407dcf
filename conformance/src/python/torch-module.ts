import * as torch from '@taimatsu/core';
import { isTensor } from '../tensors.ts';
import { bind, type Kwargs } from '../torch-call/bind.ts';
import { callFunction, callPlainly, isKnownOp } from '../torch-call/call.ts';
import { MissingOp } from '../torch-call/missing.ts';
import { camel, type OurFunction, type Rows, row } from '../torch-call/row.ts';
import { PySlice, PyTuple, pyTuple } from '../values.ts';
import { PyContext, PyDType, PySize } from './objects.ts';
import { plain } from './operators.ts';
import { Reading } from './wait.ts';

/** Functions with an argument that is data, where 1 makes int64 and 1. float32: which one it is. */
const takesData: ReadonlyMap<string, number> = new Map([
  ['tensor', 0],
  ['full', 1],
  ['full_like', 1],
]);

/** A Python value as our API takes it; `data` keeps ints apart from floats. */
export function toOurs(value: unknown, data = false): unknown {
  if (value instanceof PyDType) return value.dtype;
  if (value instanceof PySlice || isTensor(value)) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => toOurs(item, data));
    return value instanceof PyTuple ? pyTuple(items) : items;
  }
  return data ? value : plain(value);
}

/** What our API gave as the Python value. */
export function toPython(value: unknown, name = ''): unknown {
  if (name === 'shape' || name === 'size')
    return Array.isArray(value) ? PySize.from(ints(value)) : ints([value])[0];
  if (name === 'dtype' && torch.isDType(value)) return new PyDType(value);
  if (typeof value === 'number' && integral.has(name)) return BigInt(value);
  if (Array.isArray(value) && name !== 'tolist') return deepTuple(value, name === 'next_functions');
  return value;
}

/** Arrays of ours are tuples in Python; `counts`: their numbers are ints. */
function deepTuple(values: readonly unknown[], counts: boolean): unknown {
  return pyTuple(
    values.map((value) => {
      if (Array.isArray(value)) return deepTuple(value, counts);
      return counts && typeof value === 'number' ? BigInt(value) : value;
    }),
  );
}

const integral: ReadonlySet<string> = new Set([
  'ndim',
  'dim',
  'numel',
  'storage_offset',
  'element_size',
  '_version',
  'output_nr',
]);

function ints(values: readonly unknown[]): unknown[] {
  return values.map((value) => (typeof value === 'number' ? BigInt(value) : value));
}

type Special = (args: readonly unknown[], kwargs: Kwargs) => unknown;

/** A context from something that is entered at once and gives what leaves it. */
function entering(enter: () => () => void): PyContext {
  let leave = (): void => {};
  return new PyContext(
    () => {
      leave = enter();
    },
    () => leave(),
  );
}

function gradMode(enabled: boolean): PyContext {
  let before = true;
  return new PyContext(
    () => {
      before = torch.isGradEnabled();
      torch.setGradEnabled(enabled);
    },
    () => {
      torch.setGradEnabled(before);
    },
  );
}

/** Functions of `torch` that are not operators. */
const specials: Readonly<Record<string, Special>> = {
  no_grad: () => gradMode(false),
  enable_grad: () => gradMode(true),
  set_grad_enabled: ([enabled]) => {
    torch.setGradEnabled(enabled === true);
    return null;
  },
  is_grad_enabled: () => torch.isGradEnabled(),
  manual_seed: ([seed]) => {
    torch.manualSeed(Number(seed));
    return null;
  },
  set_printoptions: (_, kwargs) => {
    torch.setPrintOptions(camelled(kwargs));
    return null;
  },
  set_default_dtype: ([dtype]) => {
    torch.setDefaultDtype(dtype as torch.DType);
    return null;
  },
  inference_mode: ([mode = true]) => entering(() => torch.autograd.enterInferenceMode(mode === true)),
  'autograd.detect_anomaly': () =>
    entering(() => {
      torch.autograd.detectAnomaly(() => {});
      return torch.autograd.enterAnomalyMode(true);
    }),
  'autograd.set_detect_anomaly': ([mode]) => entering(() => torch.autograd.enterAnomalyMode(mode === true)),
  'autograd.graph.saved_tensors_hooks': ([pack, unpack]) =>
    entering(() =>
      torch.autograd.graph.enterSavedTensorsHooks({ pack, unpack } as torch.autograd.graph.SavedTensorHooks),
    ),
  'autograd.graph.disable_saved_tensors_hooks': ([message]) =>
    entering(() => torch.autograd.graph.refuseSavedTensorsHooks(String(message))),
  'autograd.backward': (args, kwargs) => {
    const { tensors, grad_tensors, ...options } = bind('backward', backwardRow, args, kwargs);
    torch.backward(tensors, grad_tensors ?? null, camelled(options));
    return null;
  },
  'utils.checkpoint.checkpoint': ([fn, ...inputs], { use_reentrant = true, preserve_rng_state = true }) =>
    torch.utils.checkpoint(fn as () => torch.Tensor, inputs as [], {
      useReentrant: use_reentrant === true,
      preserveRngState: preserve_rng_state === true,
    }),
  'autograd.grad': ([outputs, inputs, second], { grad_outputs = second, ...kwargs }) => {
    const options = { ...camelled(kwargs), ...(grad_outputs == null ? {} : { gradOutputs: grad_outputs }) };
    return pyTuple(torch.grad(outputs as torch.Tensor, inputs as torch.Tensor, options as torch.GradOptions));
  },
};

const backwardRow = row('tensors, grad_tensors, {retain_graph}, {create_graph}, {inputs}');

/** Functions of functions: they give tuples, and take options. */
const transforms: Rows = {
  'autograd.functional.jacobian': row('func, inputs, {create_graph}, {strict}, {vectorize}'),
  'autograd.functional.hessian': row('func, inputs, {create_graph}, {strict}, {vectorize}'),
  'autograd.functional.vjp': row('func, inputs, v, {create_graph}, {strict}'),
  'autograd.functional.jvp': row('func, inputs, v, {create_graph}, {strict}'),
  'autograd.functional.vhp': row('func, inputs, v, {create_graph}, {strict}'),
  'autograd.functional.hvp': row('func, inputs, v, {create_graph}, {strict}'),
  'autograd.gradcheck': row('func, inputs, {eps}, {atol}, {rtol}, {raise_exception}'),
  'autograd.gradgradcheck': row('func, inputs, {grad_outputs}, {eps}, {atol}, {rtol}, {raise_exception}'),
};

function transform(path: string, args: readonly unknown[], kwargs: Kwargs): unknown {
  const known = transforms[path]!;
  const [, space = '', name = ''] = path.split('.');
  const namespace: object = name === '' ? torch.autograd : torch.autograd.functional;
  const ours = (namespace as Readonly<Record<string, OurFunction>>)[camel(name === '' ? space : name)]!;
  const bound = bind(path, known, args, kwargs);
  // gradcheck takes a tensor alone, too.
  const inputs = name === '' && isTensor(bound.inputs) ? [bound.inputs] : bound.inputs;
  return toPython(callPlainly(known, { ...bound, inputs }, ours));
}

/** Calls `torch.PATH(...)`. */
export function callTorch(path: string, args: readonly unknown[], kwargs: Kwargs): unknown {
  const data = takesData.get(path);
  const ours = args.map((arg, i) => toOurs(arg, i === data));
  const isFloat =
    path === 'arange' && kwargs.dtype === undefined && args.some((arg) => typeof arg === 'number');
  if (isFloat) return callFunction(path, ours, { ...kwargs, dtype: torch.getDefaultDtype() });
  const named = Object.fromEntries(Object.entries(kwargs).map(([key, value]) => [key, toOurs(value)]));
  if (Object.hasOwn(transforms, path)) return transform(path, ours, named);
  if (Object.hasOwn(specials, path)) return specials[path]!(ours, named);
  if (isKnownOp(path)) return callFunction(path, ours, named);
  const found = (torch as Readonly<Record<string, unknown>>)[camel(path)];
  if (typeof found !== 'function') throw new MissingOp(path, `the library has no ${camel(path)}`);
  return found(...ours, ...optionsOf(named));
}

/** Methods that are not operators and take options. */
const methods: Rows = { backward: row('gradient, {retain_graph}, {create_graph}, {inputs}') };

/** Calls a tensor's method. Readers wait, so that every backend can be read. */
export function callMethod(
  self: torch.Tensor,
  name: string,
  args: readonly unknown[],
  kwargs: Kwargs,
): unknown {
  const ours = args.map((arg) => toOurs(arg));
  const named = Object.fromEntries(Object.entries(kwargs).map(([key, value]) => [key, toOurs(value)]));
  if (name === 'item')
    return new Reading(
      () => pythonNumbers(self, self.item()),
      async () => pythonNumbers(self, await self.itemAsync()),
    );
  if (name === 'tolist')
    return new Reading(
      () => pythonNumbers(self, self.tolist()),
      async () => pythonNumbers(self, await self.tolistAsync()),
    );
  if (name === 'stride') return pyTuple(self.strides.map(BigInt));
  if (name === 'storage_offset') return self.offset;
  if (name === 'size') return ours.length === 0 ? self.shape : self.shape.at(Number(ours[0]));
  if (isKnownOp(name) && !name.endsWith('_')) return callFunction(name, [self, ...ours], named);
  const method = (self as unknown as Readonly<Record<string, unknown>>)[camel(name)];
  if (typeof method !== 'function') throw new MissingOp(name, `tensors have no ${camel(name)}`);
  const own = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (own === undefined) return method.call(self, ...ours, ...optionsOf(named));
  return callPlainly(own, bind(name, own, ours, named), (...all) => method.apply(self, all));
}

/** Elements as Python has them: those of an integer dtype are ints. */
function pythonNumbers(self: torch.Tensor, read: unknown): unknown {
  if (Array.isArray(read)) return read.map((item) => pythonNumbers(self, item));
  return typeof read === 'number' && !torch.isFloatingPoint(self.dtype) ? BigInt(read) : read;
}

function optionsOf(kwargs: Kwargs): readonly unknown[] {
  return Object.keys(kwargs).length === 0 ? [] : [camelled(kwargs)];
}

function camelled(kwargs: Kwargs): Record<string, unknown> {
  return Object.fromEntries(Object.entries(kwargs).map(([key, value]) => [camel(key), value]));
}
