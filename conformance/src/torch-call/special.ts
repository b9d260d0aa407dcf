import { MissingOp } from './missing.ts';
import { type Bound, camel, type OurFunction, type Rows, row, rows } from './row.ts';

const unary = `airy_ai bessel_j0 bessel_j1 bessel_y0 bessel_y1 entr erfcx i0e i1 i1e log_ndtr modified_bessel_i0
  modified_bessel_i1 modified_bessel_k0 modified_bessel_k1 ndtr ndtri scaled_modified_bessel_k0
  scaled_modified_bessel_k1 spherical_bessel_j0`;

const binary = `chebyshev_polynomial_t chebyshev_polynomial_u chebyshev_polynomial_v chebyshev_polynomial_w
  hermite_polynomial_h hermite_polynomial_he laguerre_polynomial_l legendre_polynomial_p
  shifted_chebyshev_polynomial_t shifted_chebyshev_polynomial_u shifted_chebyshev_polynomial_v
  shifted_chebyshev_polynomial_w xlog1py zeta`;

const under = (prefix: string, table: Rows): Rows =>
  Object.fromEntries(Object.entries(table).map(([name, own]) => [`${prefix}.${name}`, own]));

const one = 'input, {n}, {dim}, {norm}';
const several = 'input, {s}, {dim}, {norm}';

/** Short-time transforms with real and imaginary parts in a dimension of their own. */
function realOnly(
  { input, n_fft: length, return_complex: complex, ...rest }: Bound,
  ours: OurFunction,
): unknown {
  if (complex === true) throw new MissingOp('stft', 'no complex numbers');
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  return ours(input, length, Object.fromEntries(given.map(([name, value]) => [camel(name), value])));
}

/** Namespaces of their own: `torch.special`, `torch.fft`, `torch.masked`, and signals. */
export const namespaces: Rows = {
  ...under('special', { ...rows(unary, 'input'), ...rows(binary, 'input, other') }),
  'special.polygamma': row('n, input', { order: 'input, n', target: 'polygamma' }),
  ...under('fft', {
    ...rows('fft ifft rfft irfft hfft ihfft', one),
    ...rows('fft2 ifft2 rfft2 irfft2 hfft2 ihfft2 fftn ifftn rfftn irfftn hfftn ihfftn', several),
    ...rows('fftshift ifftshift', 'input, dim'),
  }),
  ...under('masked', {
    ...rows('sum prod amax amin argmax argmin mean logsumexp', 'input, dim, *, keepdim, dtype, mask'),
    ...rows('std var', 'input, dim, unbiased, *, keepdim, dtype, mask'),
    ...rows('softmax log_softmax softmin cumsum cumprod', 'input, dim, *, dtype, mask'),
    median: row('input, dim, *, keepdim, dtype, mask'),
    norm: row('input, ord, dim, *, keepdim, dtype, mask'),
    normalize: row('input, ord, dim, *, eps, dtype, mask'),
    logaddexp: row('input, other, *, dtype, input_mask, other_mask'),
  }),
  stft: row(
    'input, n_fft, {hop_length}, {win_length}, {window}, {center}, {pad_mode}, {normalized}, {onesided}, return_complex',
    { call: realOnly },
  ),
  istft: row(
    'input, n_fft, {hop_length}, {win_length}, {window}, {center}, {normalized}, {onesided}, {length}, return_complex',
    { call: realOnly },
  ),
  'sparse.sampled_addmm': row('input, mat1, mat2, *, beta, alpha'),
};
