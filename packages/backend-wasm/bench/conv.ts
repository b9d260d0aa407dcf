// GFLOP/s of convolutions and their gradients, beside a matrix product and the peak of the same process.
import { detectFeatures } from '../src/features.ts';
import { Conv, type ConvGeometry, outputSize } from '../src/kernels/conv/index.ts';
import { Matmul } from '../src/kernels/matmul/index.ts';
import { interleave, peakFlops, peakKernel } from './peak.ts';

const target = { shared: false, relaxed: detectFeatures().relaxed };
const memory = new WebAssembly.Memory({ initial: 2048 });
const f32s = new Float32Array(memory.buffer);
for (let i = 0; i < f32s.length; i++) f32s[i] = ((i * 2654435761) >>> 0) / 2 ** 32 - 0.5;
const conv = new Conv(memory, target, 'f32');
const matmul = new Matmul(memory, target, 'f32');
const [X, W, Y, scratch] = [0, 32 << 20, 40 << 20, 80 << 20];

const square = (
  batch: number,
  inChannels: number,
  outChannels: number,
  size: number,
  kernel: number,
  stride: number,
  padding: number,
  groups = 1,
): ConvGeometry => ({
  batch,
  groups,
  inChannels,
  outChannels,
  input: [1, size, size],
  kernel: [1, kernel, kernel],
  stride: [1, stride, stride],
  padding: [0, padding, padding],
  dilation: [1, 1, 1],
});

const shapes: readonly [label: string, geometry: ConvGeometry][] = [
  ['8x64x56² 3x3', square(8, 64, 64, 56, 3, 1, 1)],
  ['32x1x28² 3x3 to 32', square(32, 1, 32, 28, 3, 1, 1)],
  ['32x32x14² 3x3 to 64', square(32, 32, 64, 14, 3, 1, 1)],
  ['8x64x56² 3x3 stride 2', square(8, 64, 128, 56, 3, 2, 1)],
  ['8x64x56² 1x1', square(8, 64, 64, 56, 1, 1, 0)],
  ['8x64x56² 3x3 in 4 groups', square(8, 64, 64, 56, 3, 1, 1, 4)],
  ['8x64x56² 3x3 depthwise', square(8, 64, 64, 56, 3, 1, 1, 64)],
  ['8x64x56² depthwise stride 2', square(8, 64, 64, 56, 3, 2, 1, 64)],
];

const view = (pointer: number, channels: number, [d, h, w]: readonly [number, number, number]) => ({
  pointer,
  strides: [channels * d * h * w, d * h * w, h * w, w, 1] as const,
});

const names = ['forward', 'input gradient', 'weight gradient'] as const;
const square512 = (pointer: number) => ({ pointer, rowStride: 512, columnStride: 1 });
const peak = peakKernel(target);
const tasks = shapes.flatMap(([, geometry]) => {
  const x = view(X, geometry.inChannels, geometry.input);
  const y = view(Y, geometry.outChannels, outputSize(geometry));
  const call = { geometry, scratch };
  return [
    () => conv.forward(call, x, W, Y),
    () => conv.inputGradient(call, y, W, X),
    () => conv.weightGradient(call, x, Y, W),
  ];
});
const product = { m: 512, n: 512, depth: 512, a: square512(X), b: square512(W), c: square512(Y), scratch };
const times = interleave([() => peak(1 << 18), () => matmul.run(product), ...tasks], 9);
const rate = (flops: number, time: number | undefined): string =>
  (flops / (time ?? 1) / 1e6).toFixed(1).padStart(6);
console.log('peak'.padEnd(42), rate(peakFlops(1 << 18), times[0]));
console.log('matmul 512'.padEnd(42), rate(2 * 512 ** 3, times[1]));
shapes.forEach(([label, g], i) => {
  const out = outputSize(g);
  const each = g.outChannels * (g.inChannels / g.groups) * g.kernel[1] * g.kernel[2];
  const flops = 2 * g.batch * each * out[1] * out[2];
  names.forEach((name, j) => {
    const time = times[2 + 3 * i + j];
    console.log(label.padEnd(28), name.padEnd(17), rate(flops, time), `${time?.toFixed(2)} ms`);
  });
});
