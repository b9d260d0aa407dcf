import { contiguousCopy, kernelOf } from '../dispatch/index.ts';
import { emptyTensor, type GradRecord, noGrad, type Tensor, track } from '../extend/index.ts';
import type { ConvMode, ConvPlan } from '../kernel/index.ts';
import type { Shape } from '../shape/index.ts';
import { lowerConv } from './lower-conv.ts';

/** A convolution's plan and the shapes of the three tensors that it relates. */
export interface ConvGeometry {
  readonly plan: ConvPlan;
  readonly input: Shape;
  readonly weight: Shape;
  readonly output: Shape;
}

const resultOf: Readonly<Record<ConvMode, 'input' | 'weight' | 'output'>> = {
  forward: 'output',
  input: 'input',
  weight: 'weight',
};

/** Launches the kernel; outside the graph. */
function launch(mode: ConvMode, geometry: ConvGeometry, a: Tensor, b: Tensor): Tensor {
  const shape = geometry[resultOf[mode]];
  const { backend, dtype } = a;
  if (a.numel() === 0 || b.numel() === 0) return noGrad(() => a.detach().newZeros(shape));
  const out = emptyTensor(backend, dtype, shape);
  if (out.numel() === 0) return out;
  const operands = [contiguousCopy(a.detach()), contiguousCopy(b.detach())] as const;
  if (typeof backend.kernels.conv !== 'function') {
    return noGrad(() => lowerConv(mode, geometry.plan, shape, ...operands)).detach();
  }
  kernelOf(backend, 'conv')(mode, geometry.plan, out, ...operands);
  return out;
}

/** Each mode is linear in both operands; what each owes the others is another mode. */
const records: Readonly<Record<ConvMode, GradRecord<ConvGeometry>>> = {
  forward: {
    name: 'ConvolutionBackward0',
    grads: [
      { in: [1], vjp: (g, c) => convMode('input', c.attrs, g, c.input(1)) },
      { in: [0], vjp: (g, c) => convMode('weight', c.attrs, c.input(0), g) },
      { vjp: (g) => biasGrad(g) },
    ],
  },
  input: {
    name: 'ConvolutionBackward0',
    grads: [
      { in: [1], vjp: (g, c) => convMode('forward', c.attrs, g, c.input(1)) },
      { in: [0], vjp: (g, c) => convMode('weight', c.attrs, g, c.input(0)) },
      { vjp: (g) => biasGrad(g) },
    ],
  },
  weight: {
    name: 'ConvolutionBackwardBackward0',
    grads: [
      { in: [1], vjp: (g, c) => convMode('input', c.attrs, c.input(1), g) },
      { in: [0], vjp: (g, c) => convMode('forward', c.attrs, c.input(0), g) },
    ],
  },
};

function biasGrad(g: Tensor): Tensor {
  return g.sum(g.shape.map((_, d) => d).filter((d) => d !== 1));
}

/** A convolution or a gradient of one, as a differentiable operation; a bias is added to each channel of the result. */
export function convMode(
  mode: ConvMode,
  geometry: ConvGeometry,
  a: Tensor,
  b: Tensor,
  bias?: Tensor | null,
): Tensor {
  const out = launch(mode, geometry, a, b);
  if (bias != null) {
    noGrad(() => out.add_(bias.detach().reshape(out.shape.map((_, d) => (d === 1 ? -1 : 1)))));
  }
  return track(records[mode], out, [a, b, bias ?? null], geometry);
}
