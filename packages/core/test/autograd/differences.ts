type Next = readonly (readonly [name: string, outputNr: number] | null)[];

/** A backward node that is not as PyTorch 1.13 names it. */
export interface Difference {
  readonly expr: string;
  readonly node?: string;
  readonly next?: Next;
  readonly reason: string;
}

const reshapes = 'PyTorch 2 records a reshape as the view it is';
const norms = "PyTorch 2's norm is linalg.vector_norm";
const squeezes = 'PyTorch 2 counts squeeze of several dimensions among the overloads';
const diagonals = 'PyTorch 2 makes diag of diag_embed and of a copied diagonal';
const scalars = 'one node for sums and quotients with tensors and with numbers';
const composed = 'made of other operations, which are differentiated';
const order = 'the sums are put together in another order';

/** Nodes that differ from those recorded with PyTorch 1.13. `docs/autograd.md` has the same table. */
export const differences: readonly Difference[] = [
  { expr: 'x.reshape(9)', node: 'ViewBackward0', reason: reshapes },
  { expr: 'x.flatten()', node: 'ViewBackward0', reason: reshapes },
  { expr: 'x.repeat_interleave(2)', next: [['ViewBackward0', 0]], reason: reshapes },
  {
    expr: 'torch.outer(v,v)',
    next: [
      ['ViewBackward0', 0],
      ['AccumulateGrad', 0],
    ],
    reason: reshapes,
  },
  { expr: 'torch.tensordot(x,l)', node: 'ViewBackward0', reason: reshapes },
  { expr: 'x.norm()', node: 'LinalgVectorNormBackward0', reason: norms },
  { expr: 'x.norm(dim=0)', node: 'LinalgVectorNormBackward0', reason: norms },
  { expr: 'x.norm(1)', node: 'LinalgVectorNormBackward0', reason: norms },
  {
    expr: 'F.pairwise_distance(x,l)',
    node: 'LinalgVectorNormBackward0',
    next: [['AddBackward0', 0]],
    reason: `${norms}; ${scalars}`,
  },
  { expr: 'v@x', node: 'SqueezeBackward4', reason: squeezes },
  {
    expr: 'F.linear(v,l,v)',
    next: [
      ['SqueezeBackward4', 0],
      ['AccumulateGrad', 0],
    ],
    reason: squeezes,
  },
  { expr: 'x.diag()', node: 'DiagonalBackward0_copy', reason: diagonals },
  { expr: 'torch.diag(v)', node: 'DiagEmbedBackward0', reason: diagonals },
  {
    expr: 'F.cross_entropy(x,l.softmax(1))',
    node: 'DivBackward0',
    next: [['NegBackward0', 0], null],
    reason: scalars,
  },
  {
    expr: "torch.einsum('ij,jk->ik',x,l)",
    node: 'PermuteBackward0',
    next: [['ViewBackward0', 0]],
    reason: order,
  },
  { expr: "torch.einsum('ij->i',x)", node: 'PermuteBackward0', next: [['SumBackward1', 0]], reason: order },
  { expr: 'torch.quantile(x,.5)', node: 'ViewBackward0', next: [['PermuteBackward0', 0]], reason: order },
  {
    expr: 'torch.linalg.solve(x,l)',
    next: [
      ['ExpandBackward0', 0],
      ['ExpandBackward0', 0],
    ],
    reason: composed,
  },
  {
    expr: 'x.renorm(2,0,1.)',
    node: 'MulBackward0',
    next: [
      ['AddBackward0', 0],
      ['WhereBackward0', 0],
    ],
    reason: composed,
  },
  {
    expr: 'torch.cross(x,l)',
    node: 'SubBackward0',
    next: [
      ['MulBackward0', 0],
      ['MulBackward0', 0],
    ],
    reason: composed,
  },
  { expr: 'torch.trapz(v)', node: 'MulBackward0', next: [['SubBackward0', 0], null], reason: scalars },
  {
    expr: 'torch.linalg.lstsq(x,l)[0]',
    node: 'MmBackward0',
    next: [
      ['LinalgPinvBackward0', 0],
      ['AccumulateGrad', 0],
    ],
    reason: composed,
  },
  {
    expr: 'torch.logdet(x@x.t())',
    node: 'MaskedFillBackward0',
    next: [['LinalgSlogdetBackward0', 1]],
    reason: composed,
  },
];
