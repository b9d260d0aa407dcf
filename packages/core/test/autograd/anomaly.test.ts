import type { Tensor } from '@taimatsu/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { torch } from '../setup.ts';

const { detectAnomaly, setDetectAnomaly } = torch.autograd;
let warnings: string[] = [];

beforeEach(() => {
  warnings = [];
  torch.setWarningHandler((text) => void warnings.push(text));
});
afterEach(() => {
  torch.setWarningHandler();
  setDetectAnomaly(false);
});

const leaf = (value: number): Tensor => torch.tensor([value], { requiresGrad: true });

function rootOfNegative(x: Tensor): Tensor {
  return x.sqrt();
}

describe('anomaly detection', () => {
  it('names the function whose gradient is NaN, and where it was called', () => {
    expect(() => detectAnomaly(() => rootOfNegative(leaf(-1)).sum().backward())).toThrow(
      "Function 'SqrtBackward0' returned nan values in its 0th output.",
    );
    expect(warnings[0]).toBe(
      'Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for debugging.',
    );
    expect(warnings[1]).toMatch(
      /^Error detected in SqrtBackward0\. Traceback of forward call that caused the error:\n/,
    );
    expect(warnings[1]).toMatch(/rootOfNegative .*anomaly\.test\.ts/);
  });

  it('is off afterwards, and needs no warning to be set', () => {
    setDetectAnomaly(true, () => {
      expect(torch.autograd.isAnomalyEnabled()).toBe(true);
      expect(() => leaf(0).div(leaf(0)).sum().backward()).toThrow(
        "Function 'DivBackward0' returned nan values",
      );
    });
    expect([torch.autograd.isAnomalyEnabled(), warnings.length]).toEqual([false, 1]);
    expect(() => leaf(-1).sqrt().sum().backward()).not.toThrow();
  });

  it('says what it does not know', () => {
    const y = leaf(-1).sqrt().sum();
    setDetectAnomaly(true);
    expect(() => y.backward()).toThrow('SqrtBackward0');
    expect(warnings).toEqual([
      'Error detected in SqrtBackward0. No forward pass information available. Enable detect anomaly during forward pass for more information.',
    ]);
  });

  it('can leave NaN alone', () => {
    detectAnomaly(() => leaf(-1).sqrt().sum().backward(), { checkNan: false });
    expect(warnings).toHaveLength(1);
  });

  it('shows where the operation was whose operand has changed', () => {
    setDetectAnomaly(true, () => {
      const y = leaf(1).exp();
      const z = y.mul(y);
      y.add_(1);
      expect(() => z.sum().backward()).toThrow(
        /Hint: the backtrace further above shows the operation .* Good luck!$/,
      );
    });
    expect(warnings[0]).toMatch(/^Error detected in MulBackward0\. Traceback of forward call/);
  });

  it('follows what a backward run recorded to the function that induced it', () => {
    setDetectAnomaly(true, () => {
      const x = torch.tensor([0], { requiresGrad: true });
      const [g] = torch.grad(x.pow(1.5).sum(), x, { createGraph: true });
      expect(() => g!.sum().backward()).not.toThrow();
      const [h] = torch.grad(x.pow(1.5).sum(), x, { createGraph: true });
      const [k] = torch.grad(h!.sum(), x, { createGraph: true });
      expect(() => k!.mul(0).sum().backward()).toThrow('returned nan values');
    });
    expect(
      warnings.some((text) =>
        text.includes('Previous calculation was induced by PowBackward0. Traceback of forward call'),
      ),
    ).toBe(true);
  });
});
