import { type Rows, row, rows } from './row.ts';

const factory = '*, dtype, requires_grad';

/** What makes tensors, from nothing or at random. */
export const create: Rows = {
  ...rows('zeros ones empty rand randn', `*size, ${factory}, generator`),
  ...rows('full', `size, fill_value, ${factory}`),
  ...rows('zeros_like ones_like empty_like rand_like randn_like', `input, ${factory}`),
  ...rows('full_like', `input, fill_value, ${factory}`),
  ...rows('new_zeros new_ones new_empty', `input, *size, ${factory}`),
  ...rows('new_full', `input, size, fill_value, ${factory}`),
  ...rows('new_empty_strided', `input, size, stride, ${factory}`),
  ...rows('empty_strided', `size, stride, ${factory}`),
  ...rows('eye', `n, m, ${factory}`),
  ...rows('tensor', `data, ${factory}`),
  ...rows('randperm', `n, ${factory}`),
  arange: row(`start, end, step, ${factory}`, {
    call: ({ start, end, step, dtype, requires_grad }, arange) => {
      const options = {
        ...(dtype === undefined ? {} : { dtype }),
        ...(requires_grad === undefined ? {} : { requiresGrad: requires_grad }),
      };
      const bounds = end === undefined ? [start] : step === undefined ? [start, end] : [start, end, step];
      return arange(...bounds.map(Number), options);
    },
  }),
  linspace: row(`start, end, steps, ${factory}`),
  logspace: row(`start, end, steps, {base}, ${factory}`),
  randint: row(`low, high, size, ${factory}`, {
    call: ({ low, high, size, dtype }, randint) => {
      const options = dtype === undefined ? {} : { dtype };
      return size === undefined ? randint(0, low, high, options) : randint(low, high, size, options);
    },
  }),
  randint_like: row(`input, low, high, ${factory}`, {
    call: ({ input, low, high, dtype }, ours) => {
      const bounds = high === undefined ? [0, low] : [low, high];
      return dtype === undefined ? ours(input, ...bounds) : ours(input, ...bounds, { dtype });
    },
  }),
  bernoulli: row('input, p'),
  multinomial: row('input, num_samples, replacement'),
  normal: row('mean, std, size'),
  'normal@number_mean': row('mean, std', { order: 'std, mean' }),
  // OpInfo's `uniform` is the method `uniform_`, which writes into its input.
  uniform: row('input, from, to', {
    target: 'uniform_',
    call: ({ input, from, to }, uniform) => uniform(input, from, to),
  }),
};
