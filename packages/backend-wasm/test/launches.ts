import * as t from '@taimatsu/core';

/** Many numbers, quickly. */
export const many = (...shape: number[]): t.Tensor => {
  const size = shape.reduce((a, b) => a * b);
  return t.arange(size).mul(0.37).sin().reshape(shape);
};
const conv = t.functional.conv2d;
export const rand = (...shape: number[]): t.Tensor => t.randn(shape);

/** Something of every kernel kind, in every way in which launches are cut. */
export const launches: { readonly [name: string]: () => t.Tensor } = {
  matmul: () => rand(130, 131).mm(rand(131, 132)),
  'matmul, transposed': () => rand(131, 130).t().mm(rand(132, 131).t()),
  'matmul, deep': () => rand(40, 1100).mm(rand(1100, 70)),
  'matmul, skinny': () => rand(600, 264).mm(rand(264, 10)),
  'matmul, few rows': () => rand(9, 300).mm(rand(300, 1500)),
  'matmul, float64': () => rand(120, 130).double().mm(rand(130, 120).double()),
  'matmul, bias': () => t.addmm(rand(120), rand(140, 130), rand(130, 120)),
  'matrix and vector': () => rand(200, 150).mv(rand(150)),
  batches: () => rand(70, 20, 21).bmm(rand(70, 21, 22)),
  convolution: () => conv(rand(3, 16, 12, 13), rand(32, 16, 3, 3), undefined, { padding: 1 }),
  'convolution, grouped and strided': () =>
    conv(rand(4, 16, 15, 14), rand(32, 4, 3, 3), rand(32), { groups: 4, stride: 2 }),
  'convolution, input gradient': () => {
    const x = rand(2, 6, 12, 13).requiresGrad_();
    return t.grad(
      conv(x, rand(8, 6, 3, 3), undefined, { padding: 1 })
        .square()
        .sum(),
      [x],
    )[0]!;
  },
  'convolution, input gradient with a stride': () => {
    const x = rand(16, 6, 12, 13).requiresGrad_();
    return t.grad(
      conv(x, rand(8, 6, 3, 3), undefined, { stride: 2 })
        .square()
        .sum(),
      [x],
    )[0]!;
  },
  'convolution, depthwise': () =>
    conv(rand(3, 16, 12, 13), rand(16, 1, 3, 3), undefined, { groups: 16, padding: 1 }),
  'convolution, weight gradient': () => {
    const w = rand(8, 20, 3, 3).requiresGrad_();
    return t.grad(
      conv(rand(2, 20, 12, 13), w, undefined, { padding: 1 })
        .square()
        .sum(),
      [w],
    )[0]!;
  },
  map: () => many(100_003).exp(),
  'map, in place': () => many(100_003).exp_().sin_(),
  'map, with a scalar of 64 bits': () => t.arange(0, 100_003).mul(2n ** 40n + 1n),
  'map, scalar family': () => many(100_001).mul(100).to('int16').add(7),
  'map, in place, light': () => many(400_003).mul_(3).add_(many(400_003)),
  'map, broadcast': () => rand(170, 171).add(rand(171)),
  'map, strided': () => rand(170, 171).t().add(1).contiguous(),
  'sum of rows': () => many(500, 399).sum(1),
  'sum of columns': () => rand(100, 199).sum(0),
  'sum of all': () => many(1_000_003).sum(),
  'sum of few columns': () => many(100_003, 7).sum(0),
  'product of few rows': () => many(3, 300_000).mul(1e-3).add(1).prod(1),
  'maximum of all': () => many(1_000_003).max(),
  'sum of several dimensions': () => rand(6, 40, 5, 20).sum([0, 2]),
  windows: () => t.functional.maxPool2d(rand(4, 8, 20, 20), 2) as t.Tensor,
  argmax: () => rand(100, 51).argmax(1),
  softmax: () => rand(70, 71).softmax(-1),
  'layer norm': () => t.functional.layerNorm(rand(70, 71), [71], rand(71), rand(71)),
  cumsum: () => rand(50, 51).cumsum(0),
  sort: () => rand(31, 40).sort(1).indices,
  gather: () => rand(60, 61).gather(1, t.randint(0, 61, [60, 61])),
  'rows by index': () => rand(500, 12).indexSelect(0, t.randint(0, 500, [400])),
  scatterAdd: () => t.zeros([60, 61]).scatterAdd(0, t.randint(0, 60, [60, 61]), rand(60, 61)),
};

/** Checksums of all launches' results on the default device. */
export function checksums(): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(launches).map(([name, make]) => [name, checksum(make)]));
}

function checksum(make: () => t.Tensor): string {
  t.manualSeed(1);
  return t.tidy(() => {
    const data = make().contiguous().reshape([-1]).toTypedArray() as Float32Array;
    let sum = 0x811c9dc5;
    for (const byte of new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) {
      sum = Math.imul(sum ^ byte, 0x01000193);
    }
    return (sum >>> 0).toString(16);
  });
}
