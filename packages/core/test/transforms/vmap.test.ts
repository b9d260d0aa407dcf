import { describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

const { vmap } = torch;
type Tensor = torch.Tensor;
const x = torch.tensor([
  [0, 1, 2],
  [3, 4, 5],
]);
const total = (a: Tensor): Tensor => a.sum() as Tensor;

describe('vmap', () => {
  it('runs a function of one example on all of them', () => {
    let calls = 0;
    const centred = vmap((a: Tensor) => {
      calls++;
      expect(a.shape).toEqual([3]);
      return a.sub(a.mean() as Tensor);
    });
    expect(centred(x).tolist()).toEqual([
      [-1, 0, 1],
      [-1, 0, 1],
    ]);
    expect(calls).toBe(1);
  });

  it('takes and puts the dimension where it is told to, also in trees', () => {
    expect(vmap((a: Tensor) => a, 0, 1)(x).shape).toEqual([3, 2]);
    expect(vmap((a: Tensor) => a.cumsum(0), 1)(x).tolist()).toEqual([
      [0, 3],
      [1, 5],
      [2, 7],
    ]);
    expect(vmap((a: Tensor, k: number) => a.mul(k), [-2, null])(x, 3).tolist()).toEqual([
      [0, 3, 6],
      [9, 12, 15],
    ]);
    const both = vmap(
      ({ a, b }: { a: Tensor; b: Tensor[] }) => ({ sum: a.add(b[0]!), first: [a] }),
      [{ a: 0, b: 1 }],
    )({ a: x, b: [x.t()] });
    expect(both.sum.tolist()).toEqual(x.mul(2).tolist());
    expect(both.first[0]!.shape).toEqual([2, 3]);
    expect(vmap((_: Tensor) => torch.ones(1))(x).shape).toEqual([2, 1]);
  });

  it('makes one launch of each operation', () => {
    const f = vmap((a: Tensor, w: Tensor) => w.mv(a).relu(), [0, null]);
    const many = torch.ones(1000, 3);
    f(x, torch.ones(4, 3));
    const { counters } = torch.getDefaultDevice();
    const before = counters.launches;
    f(many, torch.ones(4, 3));
    expect(counters.launches - before).toBeLessThan(6);
  });

  it('nests', () => {
    expect(vmap(vmap((a: Tensor) => a.mul(a)))(x).tolist()).toEqual(x.square().tolist());
    const outer = vmap((a: Tensor) => vmap((b: Tensor) => a.mul(b))(a));
    expect(outer(x).tolist()).toEqual(x.unsqueeze(-2).mul(x.unsqueeze(-1)).tolist());
    const pairs = vmap(
      vmap((a: Tensor, b: Tensor) => a.dot(b), [null, 0]),
      [0, null],
    );
    expect(pairs(x, x).tolist()).toEqual(x.mm(x.t()).tolist());
  });

  it('gives memory made inside to each example when an example is written to it', () => {
    const placed = vmap((a: Tensor) => {
      const row = torch.zeros(4);
      const seen = row.slice(0, 1, 4);
      seen.copy_(a);
      row.add_(1);
      return row;
    });
    expect(placed(x).tolist()).toEqual([
      [1, 1, 2, 3],
      [1, 4, 5, 6],
    ]);
  });

  it('changes in place what it was given', () => {
    const own = x.clone();
    vmap((a: Tensor) => a.mul_(2))(own);
    expect(own.tolist()).toEqual(x.mul(2).tolist());
    expect(own.version).toBe(1);
  });

  it('lets gradients through, summed where there is one value for all examples', () => {
    const w = torch.ones(3).requiresGrad_();
    const inputs = x.clone().requiresGrad_();
    total(vmap((a: Tensor) => total(w.mul(a)).square())(inputs)).backward();
    expect(w.grad!.tolist()).toEqual([72, 102, 132]);
    expect(inputs.grad!.tolist()).toEqual([
      [6, 6, 6],
      [24, 24, 24],
    ]);
  });

  it('draws as it is told to', () => {
    torch.manualSeed(0);
    const whole = torch.randn(2, 3);
    torch.manualSeed(0);
    const noisy = (_: Tensor): Tensor => torch.randn(3);
    expect(vmap(noisy, 0, 0, { randomness: 'different' })(x).tolist()).toEqual(whole.tolist());
    torch.manualSeed(0);
    const [first, second] = vmap(noisy, 0, 0, { randomness: 'same' })(x).tolist() as number[][];
    expect(first).toEqual(second);
    const dropped = vmap((a: Tensor) => torch.functional.dropout(a), 0, 0, { randomness: 'different' });
    const rows = dropped(torch.ones(64, 8)).tolist() as number[][];
    expect(new Set(rows.map(String)).size).toBeGreaterThan(10);
  });

  it('frees nothing that is still seen, in tidy and in backward', () => {
    const kept = torch.tidy(() => vmap((a: Tensor) => a.mul(2).add(1))(torch.ones(300, 300)));
    expect(total(kept).item()).toBe(270000);
    const leaf = torch.ones(300, 300).requiresGrad_();
    total(vmap((a: Tensor) => a.exp().log().mul(2))(leaf.mul(1))).backward();
    expect(total(leaf.grad!).item()).toBeCloseTo(180000, 1);
  });

  it('works on no examples at all', () => {
    expect(vmap((a: Tensor) => a.add(total(a)))(torch.ones(0, 3)).shape).toEqual([0, 3]);
  });

  it('prints all examples', () => {
    let text = '';
    vmap((a: Tensor) => {
      text = String(a);
      return a;
    })(x);
    expect(text).toBe(
      'BatchedTensor(lvl=1, bdim=0, value=\n    tensor([[0., 1., 2.],\n            [3., 4., 5.]])\n)',
    );
  });
});

describe('mistakes with vmap', () => {
  const texts: readonly (readonly [what: string, call: () => unknown, text: string])[] = [
    [
      'item',
      () => vmap((a: Tensor) => total(a).item())(x),
      "vmap: It looks like you're calling .item() on a Tensor.",
    ],
    [
      'if',
      () => vmap((a: Tensor) => (torch.isNonzero(total(a)) ? a : a))(x),
      "vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow.",
    ],
    [
      'nonzero',
      () => vmap((a: Tensor) => a.nonzero())(x),
      'vmap: We do not support batching operators that can output dynamic shape. Attempted to vmap over aten::nonzero.',
    ],
    [
      'in place',
      () => {
        const out = torch.zeros(3);
        return vmap((a: Tensor) => out.copy_(a))(x);
      },
      'vmap: inplace arithmetic(self, *extra_args) is not possible because there exists a Tensor `other` in extra_args that has more elements than `self`.',
    ],
    [
      'random',
      () => vmap((a: Tensor) => a.add(torch.randn(3)))(x),
      'vmap: called random operation while in randomness error mode.',
    ],
    [
      'mode',
      () => vmap((a: Tensor) => a, 0, 0, { randomness: 'foo' as 'same' }),
      "Only allowed values for randomness are 'error', 'different', or 'same'. Got foo",
    ],
    ['no inputs', () => vmap(() => torch.ones(2))(), 'vmap(<lambda>)(<inputs>): got no inputs.'],
    [
      'number',
      () => vmap((a: number) => torch.ones(a))(3),
      'vmap(<lambda>, in_dims=0, ...)(<inputs>): Got in_dim=0 for an input but the input is of type',
    ],
    [
      'no dims',
      () => vmap((a: Tensor) => a, null)(x),
      "vmap(<lambda>, in_dims=None, ...)(<inputs>): expected `in_dims` to be int or a (potentially nested) tuple matching the structure of inputs, got: <class 'NoneType'>.",
    ],
    [
      'large dim',
      () => vmap((a: Tensor) => a, 2)(x),
      'vmap(<lambda>, in_dims=2, ...)(<inputs>): Got in_dim=2 for some input, but that input is a Tensor of dimensionality 2 so expected in_dim to satisfy -2 <= in_dim < 2.',
    ],
    [
      'sizes',
      () => vmap((a: Tensor, _: Tensor) => a)(x, torch.ones(3)),
      'vmap: Expected all tensors to have the same size in the mapped dimension, got sizes [2, 3] for the mapped dimension',
    ],
    [
      'structure',
      () => vmap((a: Tensor, _: Tensor) => a, [0])(x, x),
      'vmap(<lambda>, in_dims=(0,), ...)(<inputs>): in_dims is not compatible with the structure of `inputs`.',
    ],
    [
      'result',
      () => vmap((_: Tensor) => 3)(x),
      'vmap(<lambda>, ...): `<lambda>` must only return Tensors, got type',
    ],
    [
      'out dims',
      () => vmap((a: Tensor) => a, 0, [0, 1])(x),
      'vmap(<lambda>, ..., out_dims=(0, 1))(<inputs>): out_dims is not compatible with the structure of `outputs`.',
    ],
    [
      'no out dim',
      () => vmap((a: Tensor) => a, 0, null)(x),
      'vmap(<lambda>, ..., out_dims=None): `out_dims` must be an int or a python collection of ints representing where in the outputs the vmapped dimension should appear.',
    ],
    [
      'large out dim',
      () => vmap((a: Tensor) => a, 0, 5)(x),
      'Dimension out of range (expected to be in range of [-2, 1], but got 5)',
    ],
    [
      'backward',
      () => {
        const w = torch.ones(3).requiresGrad_();
        return vmap((a: Tensor) => {
          total(w.mul(a)).backward();
          return a;
        })(x);
      },
      'backward() called inside a functorch transform.',
    ],
  ];

  it.each(texts)('%s', (_, call, text) => {
    expect(call).toThrow(text);
  });

  it('leave no level behind', () => {
    expect(() => vmap((a: Tensor) => total(a).item())(x)).toThrow();
    expect(torch.randn(2).shape).toEqual([2]);
  });
});
