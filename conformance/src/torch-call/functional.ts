import { aliases, type Bound, type OurFunction, type Rows, row, rows } from './row.ts';

const loss = '{size_average}, {reduce}, {reduction}';

/** Under the prefix that PyTorch gives them. */
function functional(table: Rows): Rows {
  return Object.fromEntries(Object.entries(table).map(([name, own]) => [`nn.functional.${name}`, own]));
}

/** OpInfo gives the weight first, as the tensor under test. */
function embedding({ input, weight, ...options }: Bound, ours: OurFunction): unknown {
  const { padding_idx, max_norm, norm_type, scale_grad_by_freq } = options;
  return ours(
    input,
    weight,
    present({
      paddingIdx: padding_idx,
      maxNorm: max_norm,
      normType: norm_type,
      scaleGradByFreq: scale_grad_by_freq,
    }),
  );
}

function present(options: Bound): Bound {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

const activations: Rows = {
  ...rows('logsigmoid softsign tanhshrink', 'input'),
  ...rows('hardsigmoid hardswish mish relu relu6 selu silu', 'input, {inplace}'),
  ...rows('celu elu', 'input, alpha, {inplace}'),
  ...rows('hardshrink softshrink', 'input, lambd'),
  ...rows('softmin', 'input, dim, {dtype}'),
  gelu: row('input, *, approximate'),
  glu: row('input, dim'),
  hardtanh: row('input, min_val, max_val, {inplace}'),
  leaky_relu: row('input, negative_slope, {inplace}'),
  prelu: row('input, weight'),
  rrelu: row('input, lower, upper, {training}, {inplace}'),
  softplus: row('input, beta, threshold'),
  threshold: row('input, threshold, value, {inplace}'),
  gumbel_softmax: row('logits, {tau}, {hard}, {eps}, {dim}'),
};

const random: Rows = rows(
  'alpha_dropout dropout dropout1d dropout2d dropout3d feature_alpha_dropout',
  'input, p, {training}, {inplace}',
);

const layers: Rows = {
  linear: row('input, weight, bias'),
  bilinear: row('input1, input2, weight, bias'),
  ...rows('conv1d conv2d conv3d', 'input, weight, bias, {stride}, {padding}, {dilation}, {groups}'),
  ...rows(
    'conv_transpose1d conv_transpose2d conv_transpose3d',
    'input, weight, bias, {stride}, {padding}, {output_padding}, {groups}, {dilation}',
  ),
  batch_norm: row('input, running_mean, running_var, {weight}, {bias}, {training}, {momentum}, {eps}'),
  instance_norm: row(
    'input, {running_mean}, {running_var}, {weight}, {bias}, {use_input_stats}, {momentum}, {eps}',
  ),
  layer_norm: row('input, normalized_shape, weight, bias, {eps}'),
  group_norm: row('input, num_groups, weight, bias, {eps}'),
  local_response_norm: row('input, size, {alpha}, {beta}, {k}'),
  normalize: row('input, {p}, {dim}, {eps}'),
  embedding: row('input, weight, padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse', {
    order: 'weight, input',
    call: embedding,
  }),
  embedding_bag: row(
    'input, weight, {offsets}, {max_norm}, {norm_type}, {scale_grad_by_freq}, {mode}, {sparse}, {per_sample_weights}, {include_last_offset}, {padding_idx}',
    { order: 'weight, input' },
  ),
  one_hot: row('input, num_classes'),
  _scaled_dot_product_attention: row(
    'query, key, value, {attn_mask}, {dropout_p}, {need_attn_weights}, {is_causal}',
    {
      target: 'functional.scaledDotProductAttention',
      call: ({ query, key, value, attn_mask, dropout_p, is_causal }, ours) =>
        ours(query, key, value, {
          ...present({ attnMask: attn_mask, dropoutP: dropout_p, isCausal: is_causal }),
          needAttnWeights: true,
        }),
    },
  ),
};

const windows: Rows = {
  ...rows(
    'max_pool1d max_pool2d max_pool3d',
    'input, kernel_size, {stride}, {padding}, {dilation}, {ceil_mode}, {return_indices}',
  ),
  avg_pool1d: row('input, kernel_size, {stride}, {padding}, {ceil_mode}, {count_include_pad}'),
  ...rows(
    'avg_pool2d avg_pool3d',
    'input, kernel_size, {stride}, {padding}, {ceil_mode}, {count_include_pad}, {divisor_override}',
  ),
  ...rows('adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d', 'input, output_size'),
  ...rows(
    'adaptive_max_pool1d adaptive_max_pool2d adaptive_max_pool3d',
    'input, output_size, {return_indices}',
  ),
  ...rows(
    'fractional_max_pool2d fractional_max_pool3d',
    'input, kernel_size, {output_size}, {output_ratio}, {return_indices}',
  ),
  ...rows(
    'max_unpool1d max_unpool2d max_unpool3d',
    'input, indices, kernel_size, {stride}, {padding}, {output_size}',
  ),
  ...rows('lp_pool1d lp_pool2d', 'input, norm_type, kernel_size, {stride}, {ceil_mode}'),
  unfold: row('input, kernel_size, {dilation}, {padding}, {stride}'),
  fold: row('input, output_size, kernel_size, {dilation}, {padding}, {stride}'),
  pad: row('input, pad, {mode}, {value}'),
  interpolate: row(
    'input, {size}, {scale_factor}, {mode}, {align_corners}, {recompute_scale_factor}, {antialias}',
  ),
  ...rows('upsample_bilinear upsample_nearest', 'input, {size}, {scale_factor}'),
  grid_sample: row('input, grid, {mode}, {padding_mode}, {align_corners}'),
  affine_grid: row('theta, size, {align_corners}'),
  pixel_shuffle: row('input, upscale_factor'),
  pixel_unshuffle: row('input, downscale_factor'),
};

const losses: Rows = {
  ...rows('l1_loss mse_loss soft_margin_loss multilabel_margin_loss', `input, target, ${loss}`),
  ...rows('binary_cross_entropy', `input, target, {weight}, ${loss}`),
  ...rows('cosine_embedding_loss margin_ranking_loss', `input1, input2, target, {margin}, ${loss}`),
  binary_cross_entropy_with_logits: row(`input, target, {weight}, ${loss}, {pos_weight}`),
  cross_entropy: row(
    'input, target, {weight}, {size_average}, {ignore_index}, {reduce}, {reduction}, {label_smoothing}',
  ),
  nll_loss: row('input, target, {weight}, {size_average}, {ignore_index}, {reduce}, {reduction}'),
  smooth_l1_loss: row(`input, target, ${loss}, {beta}`),
  huber_loss: row('input, target, {reduction}, {delta}'),
  kl_div: row(`input, target, ${loss}, {log_target}`),
  gaussian_nll_loss: row('input, target, var, {full}, {eps}, {reduction}'),
  poisson_nll_loss: row('input, target, {log_input}, {full}, {size_average}, {eps}, {reduce}, {reduction}'),
  hinge_embedding_loss: row(`input, target, {margin}, ${loss}`),
  multi_margin_loss: row('input, target, {p}, {margin}, {weight}, {size_average}, {reduce}, {reduction}'),
  multilabel_soft_margin_loss: row(`input, target, {weight}, ${loss}`),
  ctc_loss: row('log_probs, targets, input_lengths, target_lengths, {blank}, {reduction}, {zero_infinity}'),
  triplet_margin_loss: row(`anchor, positive, negative, {margin}, {p}, {eps}, {swap}, ${loss}`),
  triplet_margin_with_distance_loss: row(
    'anchor, positive, negative, *, distance_function, margin, swap, reduction',
  ),
  cosine_similarity: row('x1, x2, dim, {eps}'),
  pairwise_distance: row('x1, x2, {p}, {eps}, {keepdim}'),
  pdist: row('input, p'),
};

const plain: Rows = {
  constant_pad_nd: row('input, pad, value', { target: 'functional.constantPadNd' }),
  native_batch_norm: row('input, weight, bias, running_mean, running_var, training, momentum, eps', {
    target: 'functional.nativeBatchNorm',
  }),
  native_layer_norm: row('input, normalized_shape, weight, bias, eps', {
    target: 'functional.nativeLayerNorm',
  }),
};

const named: Rows = functional({ ...activations, ...random, ...layers, ...windows, ...losses });

/** `torch.nn.functional`. */
export const functionals: Rows = {
  ...named,
  ...plain,
  ...aliases(
    {
      conv1d: 'nn.functional.conv1d',
      conv2d: 'nn.functional.conv2d',
      conv_transpose1d: 'nn.functional.conv_transpose1d',
      conv_transpose2d: 'nn.functional.conv_transpose2d',
      conv_transpose3d: 'nn.functional.conv_transpose3d',
      group_norm: 'nn.functional.group_norm',
      layer_norm: 'nn.functional.layer_norm',
    },
    named,
  ),
  ...functional(rows('sigmoid tanh', 'input')),
};
