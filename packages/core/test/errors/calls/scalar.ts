// table
import { torch } from '../../setup.ts';
import { type Call, float, ones, tensor } from '../context.ts';

export const scalar: { readonly [code: string]: Call } = {
  'bool(torch.ones(2))': () => torch.isNonzero(ones(2)),
  'bool(torch.ones(0))': () => torch.isNonzero(ones(0)),
  'r=bool(torch.ones(1,1))': () => torch.isNonzero(ones(1, 1)),
  'if torch.ones(2): pass': () => torch.isNonzero(ones(2)),
  'torch.ones(2).item()': () => ones(2).item(),
  'torch.ones(0).item()': () => ones(0).item(),
  'float(torch.ones(2))': () => ones(2).item(),
  'int(torch.ones(2))': () => ones(2).item(),
  'iter(torch.tensor(1))': () => tensor(1)[Symbol.iterator](),
  'torch.tensor(1)[0]': () => tensor(1).at(0),
  'r=torch.tensor(3.).tolist()': () => float(tensor(3)),
  "torch.tensor(float('nan')).long()": () => tensor(Number.NaN).long(),
};
