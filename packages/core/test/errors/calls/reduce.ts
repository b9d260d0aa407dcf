// table
import { torch } from '../../setup.ts';
import { type Call, ones, tensor, tuple } from '../context.ts';

export const reduce: { readonly [code: string]: Call } = {
  'torch.ones(0).max()': () => ones(0).max(),
  'torch.ones(0).min()': () => ones(0).min(),
  'torch.ones(0).argmax()': () => ones(0).argmax(),
  'torch.ones(0,3).max(0)': () => ones(0, 3).max(0),
  'torch.ones(0,3).argmax(0)': () => ones(0, 3).argmax(0),
  'torch.ones(0,3).amax(0)': () => ones(0, 3).amax(0),
  'torch.ones(0).amax()': () => ones(0).amax(),
  'r=torch.ones(0).sum(),torch.ones(0).mean(),torch.ones(0).prod(),torch.ones(0).std()': () => {
    const x = ones(0);
    return tuple(x.sum(), x.mean(), x.prod(), x.std());
  },
  'r=torch.ones(1).std()': () => ones(1).std(),
  'torch.ones(0).median()': () => ones(0).median(),
  'torch.tensor([1,2]).mean()': () => tensor([1n, 2n]).mean(),
  'torch.tensor([True]).mean()': () => tensor([true]).mean(),
  'torch.tensor([1,2]).std()': () => tensor([1n, 2n]).std(),
  'torch.tensor([1,2]).var()': () => tensor([1n, 2n]).var(),
  'torch.tensor([1,2]).norm()': () => tensor([1n, 2n]).norm(),
  'torch.tensor([1,2]).softmax(0)': () => tensor([1n, 2n]).softmax(0),
  'torch.tensor([1,2]).log_softmax(0)': () => tensor([1n, 2n]).logSoftmax(0),
  'torch.tensor([1,2]).logsumexp(0)': () => tensor([1n, 2n]).logsumexp(0),
  'r=torch.tensor([1,2]).sum()/2': () => tensor([1n, 2n]).sum().div(2),
  'torch.ones(3).topk(4)': () => ones(3).topk(4),
  'torch.ones(3).kthvalue(4)': () => ones(3).kthvalue(4),
  'torch.ones(3).sort(1)': () => ones(3).sort(1),
  'torch.ones(3,dtype=torch.bool).cumsum(0)': () => ones([3], { dtype: 'bool' }).cumsum(0),
  'torch.ones(3).quantile(1.5)': () => ones(3).quantile(1.5),
  'torch.ones(3).cumsum(1)': () => ones(3).cumsum(1),
  'torch.ones(3).all(1)': () => ones(3).all(1),
  'torch.histc(torch.tensor([1,2]))': () => torch.histc(tensor([1n, 2n])),
  'torch.bincount(torch.tensor([-1]))': () => torch.bincount(tensor([-1n])),
  'torch.bincount(torch.tensor([1.]))': () => torch.bincount(tensor([1])),
  'torch.tensor([1,2]).prod(dtype=torch.float).item()': () =>
    tensor([1n, 2n]).prod(null, { dtype: 'float32' }).item(),
};
