import type { Tensor } from '@taimatsu/core';
import { describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

const made = (): Tensor => torch.inferenceMode(() => torch.ones(2));
const leaf = (): Tensor => torch.ones([2], { requiresGrad: true });

describe('inference tensors', () => {
  it('are what is made in inference mode, and its views', () => {
    const w = leaf();
    const [y, view, plain] = torch.inferenceMode(() => [w.mul(2), w.view(2), torch.ones(2)] as const);
    expect([y.isInference(), y.requiresGrad]).toEqual([true, false]);
    expect([view.isInference(), view.requiresGrad, view.version]).toEqual([false, true, 0]);
    expect([plain, plain.view(2), plain.detach(), plain.data].every((x) => x.isInference())).toBe(true);
    expect([plain.add(1), plain.clone()].some((x) => x.isInference())).toBe(false);
    expect(made().isInference() && torch.inferenceMode(() => made().add_(1).isInference())).toBe(true);
  });

  it('take part in operations that do not keep them', () => {
    const w = leaf();
    const y = made().add(w);
    y.sum().backward();
    expect([String(y), w.grad!.tolist()]).toEqual(['tensor([2., 2.], grad_fn=<AddBackward0>)', [1, 1]]);
    const z = torch.ones(2);
    z.add_(made());
    expect([z.tolist(), z.isInference()]).toEqual([[2, 2], false]);
  });

  it.each<[string, (x: Tensor) => unknown, RegExp]>([
    [
      'are not kept for backward',
      (x) => x.mul(leaf()),
      /^RuntimeError: Inference tensors cannot be saved for backward\. To work around/,
    ],
    [
      'are not changed outside',
      (x) => x.add_(1),
      /^RuntimeError: Inplace update to inference tensor outside InferenceMode is not allowed\.You can/,
    ],
    ['nor without recording', (x) => torch.noGrad(() => x.add_(1)), /Inplace update to inference tensor/],
    ['nor by assigning', (x) => x.setAt([0], 1), /Inplace update to inference tensor/],
    ['nor through a view', (x) => x.view(2).zero_(), /Inplace update to inference tensor/],
    ['nor by drawing', (x) => x.uniform_(), /Inplace update to inference tensor/],
    ['nor in form', (x) => x.unsqueeze_(0), /Inplace update to inference tensor/],
    [
      'do not count versions',
      (x) => x.version,
      /^RuntimeError: Inference tensors do not track version counter\.$/,
    ],
    [
      'do not start to require gradients',
      (x) => x.requiresGrad_(),
      /^RuntimeError: Setting requires_grad=True on inference tensor outside InferenceMode is not allowed\.$/,
    ],
  ])('%s', (_, use, message) => {
    let error: unknown;
    try {
      use(made());
    } catch (thrown) {
      error = thrown;
    }
    expect(String(error)).toMatch(message);
  });

  it('may be changed through .data, and stop requiring gradients', () => {
    const x = made();
    x.data.add_(1);
    expect([x.tolist(), x.requiresGrad_(false) === x, x.detach_() === x]).toEqual([[2, 2], true, true]);
  });

  it('that require gradients are leaves outside', () => {
    const x = torch.inferenceMode(() => leaf());
    x.add(2).sum().backward();
    expect(x.grad!.tolist()).toEqual([1, 1]);
  });
});

describe('inference mode', () => {
  it('records nothing, whatever enableGrad says', () => {
    torch.inferenceMode(() => {
      expect([torch.isGradEnabled(), torch.isInferenceModeEnabled()]).toEqual([false, true]);
      torch.enableGrad(() => {
        const y = leaf().mul(2);
        expect([torch.isGradEnabled(), y.requiresGrad, y.isInference()]).toEqual([true, false, true]);
      });
      torch.inferenceMode(false, () => {
        expect([torch.isGradEnabled(), torch.isInferenceModeEnabled()]).toEqual([true, false]);
        expect([leaf().mul(2).requiresGrad, torch.ones(2).isInference()]).toEqual([true, false]);
      });
      expect(torch.isInferenceModeEnabled()).toBe(true);
    });
    expect([torch.isGradEnabled(), torch.isInferenceModeEnabled(), made().add(1).isInference()]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('ends when its function throws', () => {
    expect(() =>
      torch.inferenceMode(() => {
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect([torch.isInferenceModeEnabled(), leaf().mul(2).requiresGrad]).toEqual([false, true]);
  });

  it('counts changes of ordinary tensors, and refuses those of their views outside', () => {
    const w = leaf();
    const y = w.mul(1);
    const view = torch.inferenceMode(() => {
      w.add_(1);
      return y.at(0);
    });
    expect([w.version, w.tolist()]).toEqual([1, [2, 2]]);
    expect(() => view.add_(1)).toThrow(
      'A view was created in inference mode and is being modified inplace in normal mode.',
    );
  });

  it('may run a backward that was recorded outside', () => {
    const w = leaf();
    const y = w.mul(w).sum();
    torch.inferenceMode(() => y.backward());
    expect([w.grad!.tolist(), w.grad!.isInference()]).toEqual([[2, 2], true]);
  });
});
