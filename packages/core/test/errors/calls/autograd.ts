// table
import { torch } from '../../setup.ts';
import { type Call, float, floats, leaf, ones, tensor, tuple, watch, wrong, zeros } from '../context.ts';

export const autograd: { readonly [code: string]: Call } = {
  'x=torch.ones(2,requires_grad=True); y=x*2; y.requires_grad_(False)': () =>
    leaf(2).mul(2).requiresGrad_(false),
  'x=torch.ones(2,requires_grad=True); y=x*2; y.requires_grad=False': () => {
    leaf(2).mul(2).requiresGrad = false;
  },
  'x=torch.ones(2,requires_grad=True); y=x*2; y.requires_grad=True; r=y.requires_grad': () => {
    leaf(2).mul(2).requiresGrad = true;
  },
  'x=torch.ones(2,dtype=torch.long,requires_grad=True)': () =>
    ones([2], { dtype: 'int64', requiresGrad: true }),
  'x=torch.tensor([1,2],requires_grad=True)': () => tensor([1n, 2n], { requiresGrad: true }),
  'x=torch.tensor([1,2]); x.requires_grad_()': () => tensor([1n, 2n]).requiresGrad_(),
  'x=torch.tensor([1,2]); x.requires_grad=True': () => {
    tensor([1n, 2n]).requiresGrad = true;
  },
  'x=torch.tensor([True]); x.requires_grad_(True)': () => tensor([true]).requiresGrad_(true),
  'x=torch.arange(3,requires_grad=True)': () => torch.arange(3, { requiresGrad: true }),
  'x=torch.zeros(3,dtype=torch.int32,requires_grad=True)': () =>
    zeros([3], { dtype: 'int32', requiresGrad: true }),
  'x=torch.ones(2,requires_grad=True); x.add_(1)': () => watch(leaf(2)).add_(1),
  'x=torch.ones(2,requires_grad=True); x+=1': () => watch(leaf(2)).add_(1),
  'x=torch.ones(2,requires_grad=True); x[0]=1': () => watch(leaf(2)).setAt([0], 1),
  'x=torch.ones(2,requires_grad=True); x.zero_()': () => watch(leaf(2)).zero_(),
  'x=torch.ones(2,2,requires_grad=True); x[0].add_(1)': () => watch(leaf(2, 2)).at(0).add_(1),
  'x=torch.ones(2,2,requires_grad=True); x.view(4).mul_(2)': () => watch(leaf(2, 2)).view(4).mul_(2),
  'x=torch.ones(2,2,requires_grad=True); y=x.detach(); y.add_(1); r=x': () => {
    const x = leaf(2, 2);
    x.detach().add_(1);
    return x;
  },
  'x=torch.ones(2,requires_grad=True); y=torch.zeros(2);\nwith torch.no_grad(): x.add_(1)\nr=x': () => {
    const x = leaf(2);
    torch.noGrad(() => x.add_(1));
    return x;
  },
  'x=torch.ones(2,2,requires_grad=True)\nwith torch.no_grad(): v=x[0]\nv.add_(1)': () => {
    const x = watch(leaf(2, 2));
    torch.noGrad(() => x.at(0)).add_(1);
  },
  'x=torch.ones(2,2,requires_grad=True)\nwith torch.no_grad(): v=x[0]\nr=v.requires_grad': () => {
    const x = leaf(2, 2);
    return torch.noGrad(() => x.at(0)).requiresGrad;
  },
  'x=torch.ones(2,2,requires_grad=True); a,b=x.unbind(0); a.add_(1)': () => {
    const [a] = watch(leaf(2, 2)).unbind(0);
    a!.add_(1);
  },
  'x=torch.ones(2,2,requires_grad=True).clone(); a,b=x.unbind(0); a.add_(1)': () => {
    const [a] = watch(leaf(2, 2).clone()).unbind(0);
    a!.add_(1);
  },
  'x=torch.ones(2,2,requires_grad=True).clone(); a,b=x.split(1); a.add_(1)': () => {
    const [a] = watch(leaf(2, 2).clone()).split(1);
    a!.add_(1);
  },
  'x=torch.ones(2,2,requires_grad=True).clone(); a,b=x.chunk(2); a.mul_(1)': () => {
    const [a] = watch(leaf(2, 2).clone()).chunk(2);
    a!.mul_(1);
  },
  'x=torch.ones(2,2,requires_grad=True).clone()\nwith torch.no_grad(): v=x[0]\nv.mul_(2)': () => {
    const x = watch(leaf(2, 2).clone());
    torch.noGrad(() => x.at(0)).mul_(2);
  },
  'x=torch.ones(2,2); \nwith torch.no_grad(): v=x[0]\nv.mul_(torch.ones(2,requires_grad=True))': () => {
    const x = watch(ones(2, 2));
    torch.noGrad(() => x.at(0)).mul_(leaf(2));
  },
  'x=torch.ones(2,requires_grad=True); y=x.exp(); y.add_(1); y.sum().backward()': () => {
    const y = leaf(2).exp();
    y.add_(1);
    y.sum().backward();
  },
  'x=torch.ones(2,3,requires_grad=True); y=x.sigmoid(); y.mul_(2); y.sum().backward()': () => {
    const y = leaf(2, 3).sigmoid();
    y.mul_(2);
    y.sum().backward();
  },
  'x=torch.ones(2,requires_grad=True); z=x*1; y=z**2; z.add_(1); y.sum().backward()': () => {
    const z = leaf(2).mul(1);
    const y = z.pow(2);
    z.add_(1);
    y.sum().backward();
  },
  'x=torch.ones(2,requires_grad=True); w=torch.ones(2,requires_grad=True); y=x*w\nwith torch.no_grad(): w.add_(1)\ny.sum().backward()':
    () => {
      const w = leaf(2);
      const y = leaf(2).mul(w);
      torch.noGrad(() => w.add_(1));
      y.sum().backward();
    },
  'x=torch.ones(2,requires_grad=True); w=torch.ones(2,requires_grad=True); y=x*w\nw.data.add_(1)\ny.sum().backward(); r=x.grad':
    () => {
      const [x, w] = [leaf(2), leaf(2)];
      const y = x.mul(w);
      w.data.add_(1);
      y.sum().backward();
      return x.grad;
    },
  'x=torch.ones(2,requires_grad=True); w=torch.ones(2,requires_grad=True); y=x*w\nw.detach().add_(1)\ny.sum().backward(); r=x.grad':
    () => {
      const [x, w] = [leaf(2), leaf(2)];
      const y = x.mul(w);
      w.detach().add_(1);
      y.sum().backward();
      return x.grad;
    },
  'x=torch.ones(2,requires_grad=True); w=torch.ones(3,2,requires_grad=True); y=w.mv(x)\nwith torch.no_grad(): w[0]=3\ny.sum().backward()':
    () => {
      const [x, w] = [leaf(2), leaf(3, 2)];
      const y = w.mv(x);
      torch.noGrad(() => w.setAt([0], 3));
      y.sum().backward();
    },
  'x=torch.ones(2,requires_grad=True); y=x*2; y.backward()': () => leaf(2).mul(2).backward(),
  'x=torch.ones(2,requires_grad=True); y=x*2; torch.autograd.grad(y,x)': () => {
    const x = leaf(2);
    torch.grad(x.mul(2), x);
  },
  'x=torch.ones(2,requires_grad=True); y=x*2; y.backward(torch.ones(3))': () =>
    leaf(2).mul(2).backward(ones(3)),
  'x=torch.ones(2,requires_grad=True); y=x*2; y.backward(torch.ones(2,1))': () =>
    leaf(2).mul(2).backward(ones(2, 1)),
  'x=torch.ones(2,requires_grad=True); y=(x*2).sum(); y.backward(torch.ones(1))': () =>
    leaf(2).mul(2).sum().backward(ones(1)),
  'x=torch.ones(2,requires_grad=True); y=x*2; y.backward(torch.ones(2,dtype=torch.double)); r=x.grad': () => {
    const x = leaf(2);
    x.mul(2).backward(ones([2], { dtype: 'float64' }));
    return x.grad;
  },
  'x=torch.ones(2,requires_grad=True); y=x*2; y.backward(torch.ones(2,dtype=torch.long)); r=x.grad': () => {
    const x = leaf(2);
    x.mul(2).backward(ones([2], { dtype: 'int64' }));
    return x.grad;
  },
  'x=torch.ones(2,requires_grad=True); y=x*2; y.backward([1.0,1.0])': () =>
    torch.backward(leaf(2).mul(2), wrong([1.5])),
  'x=torch.ones(2); x.sum().backward()': () => ones(2).sum().backward(),
  'x=torch.ones(2); x.backward(torch.ones(2))': () => ones(2).backward(ones(2)),
  'x=torch.ones((),requires_grad=True); x.backward(); r=x.grad': () => {
    const x = leaf();
    x.backward();
    return x.grad;
  },
  'x=torch.ones((),requires_grad=True); y=x*x; y.backward(); y.backward()': () => {
    const x = leaf();
    const y = x.mul(x);
    y.backward();
    y.backward();
  },
  'x=torch.ones((),requires_grad=True); y=x+x; y.backward(); y.backward(); r=x.grad': () => {
    const x = leaf();
    const y = x.add(x);
    y.backward();
    y.backward();
    return x.grad;
  },
  'x=torch.ones((),requires_grad=True); y=x*2; y.backward(); y.backward(); r=x.grad': () => {
    const y = leaf().mul(2);
    y.backward();
    y.backward();
  },
  'x=torch.ones((),requires_grad=True); y=x*x; y.backward(retain_graph=True); y.backward(); r=x.grad': () => {
    const x = leaf();
    const y = x.mul(x);
    y.backward(null, { retainGraph: true });
    y.backward();
    return x.grad;
  },
  'x=torch.ones((),requires_grad=True); y=x.exp(); y.backward(); y.grad_fn._saved_result': () => {
    const y = leaf().exp();
    y.backward();
    y.gradFn!.output();
  },
  'x=torch.ones(2,requires_grad=True); y=x*2; y.sum().backward(); r=y.grad': () => {
    const y = leaf(2).mul(2);
    y.sum().backward();
    return y.grad;
  },
  'x=torch.ones(2,requires_grad=True); y=x*2; y.retain_grad(); y.sum().backward(); r=y.grad; ': () => {
    const y = leaf(2).mul(2);
    y.retainGrad();
    y.sum().backward();
    return y.grad;
  },
  'x=torch.ones(2); x.retain_grad()': () => ones(2).retainGrad(),
  'x=torch.ones(2,requires_grad=True); x.retain_grad(); r=x.retains_grad': () => {
    const x = leaf(2);
    x.retainGrad();
    return x.retainsGrad;
  },
  'x=torch.ones(2,requires_grad=True); r=float(x[0])': () => float(leaf(2).at(0)),
  'x=torch.ones(2,requires_grad=True); r=x.tolist()': () => floats(leaf(2)),
  'x=torch.ones(2,requires_grad=True); x.grad=torch.ones(3)': () => {
    leaf(2).grad = ones(3);
  },
  'x=torch.ones(2,requires_grad=True); x.grad=torch.ones(2,dtype=torch.double)': () => {
    leaf(2).grad = ones([2], { dtype: 'float64' });
  },
  'x=torch.ones(2,requires_grad=True); x.grad=5': () => {
    leaf(2).grad = wrong(5);
  },
  'x=torch.ones(2,requires_grad=True); x.grad=x': () => {
    const x = leaf(2);
    x.grad = x;
  },
  'x=torch.ones(2,requires_grad=True); x.grad=None; r=x.grad': () => {
    const x = leaf(2);
    x.grad = null;
    return x.grad;
  },
  'x=torch.ones(2,requires_grad=True); y=torch.ones(2,requires_grad=True); torch.autograd.grad((x*2).sum(), y)':
    () => torch.grad(leaf(2).mul(2).sum(), leaf(2)),
  'x=torch.ones(2,requires_grad=True); y=torch.ones(2,requires_grad=True); r=torch.autograd.grad((x*2).sum(), [x,y], allow_unused=True)':
    () => {
      const x = leaf(2);
      return tuple(...torch.grad(x.mul(2).sum(), [x, leaf(2)], { allowUnused: true }));
    },
  'x=torch.ones(2,requires_grad=True); y=torch.ones(2); torch.autograd.grad((x*2).sum(), y)': () =>
    torch.grad(leaf(2).mul(2).sum(), ones(2)),
  'x=torch.ones(2,requires_grad=True); torch.autograd.grad([(x*2).sum()], x, grad_outputs=[torch.ones(()),torch.ones(())])':
    () => {
      const x = leaf(2);
      torch.grad([x.mul(2).sum()], x, { gradOutputs: [ones([]), ones([])] });
    },
  'x=torch.ones(2,requires_grad=True); r=torch.autograd.grad((x*2).sum(), x, create_graph=True)': () => {
    const x = leaf(2);
    return tuple(...torch.grad(x.mul(2).sum(), x, { createGraph: true }));
  },
  'x=torch.ones(2,requires_grad=True); (x*x).sum().backward(create_graph=True)': () => {
    const x = leaf(2);
    x.mul(x).sum().backward(null, { createGraph: true });
  },
  'x=torch.ones(2,requires_grad=True); x.sum().backward(inputs=[])': () =>
    leaf(2).sum().backward(null, { inputs: [] }),
  'x=torch.ones(2,requires_grad=True); y=x*2; r=y.sum().backward(inputs=[y]); r=(y.grad,x.grad)': () => {
    const x = leaf(2);
    const y = x.mul(2);
    y.sum().backward(null, { inputs: [y] });
    return tuple(y.grad, x.grad);
  },
  'x=torch.ones(2,requires_grad=True); y=x*2; y.detach_(); r=(y.requires_grad,y.is_leaf)': () => {
    const y = leaf(2).mul(2);
    y.detach_();
    return tuple(y.requiresGrad, y.isLeaf);
  },
  'x=torch.ones(2,2,requires_grad=True); y=(x*2)[0]; y.detach_()': () => leaf(2, 2).mul(2).at(0).detach_(),
  'x=torch.ones(2,requires_grad=True); y=x*2; y.register_hook(lambda g: torch.ones(3)); y.sum().backward()':
    () => {
      const y = leaf(2).mul(2);
      y.registerHook(() => ones(3));
      y.sum().backward();
    },
  'x=torch.ones(2,requires_grad=True); y=x*2; y.register_hook(lambda g: 5); y.sum().backward()': () => {
    const y = leaf(2).mul(2);
    y.registerHook(() => wrong(5));
    y.sum().backward();
  },
  'x=torch.ones(2); x.register_hook(lambda g: g)': () => ones(2).registerHook((g) => g),
  'x=torch.ones(2,requires_grad=True); (x*2).data = 5': () => {
    leaf(2).mul(2).data = wrong(5);
  },
  'x=torch.ones(2,requires_grad=True); x.data = torch.ones(2,dtype=torch.long)': () => {
    watch(leaf(2)).data = ones([2], { dtype: 'int64' });
  },
  'x=torch.ones(2,requires_grad=True); x.data = torch.ones(3); r=x': () => {
    const x = leaf(2);
    x.data = ones(3);
    return x;
  },
  'x=torch.ones(2,requires_grad=True); x.resize_(3)': () => watch(leaf(2)).resize_([3]),
  'r=torch.tensor(torch.ones(2,requires_grad=True))': () => tensor(leaf(2)),
  'w=torch.ones(2,requires_grad=True)\nwith torch.no_grad():\n  y=w*2\ny.sum().backward()': () => {
    const w = leaf(2);
    torch
      .noGrad(() => w.mul(2))
      .sum()
      .backward();
  },
  'x=torch.ones(2,requires_grad=True); F.relu(x, inplace=True)': () => watch(leaf(2)).relu_(),
  'x=torch.ones(2,requires_grad=True); r=torch.autograd.gradcheck(lambda a:a*2,(x,))': () =>
    torch.gradcheck((a) => a.mul(2), [leaf(2)]),
  'x=torch.ones(2); r=torch.autograd.gradcheck(lambda a:a*2,(x,))': () =>
    torch.gradcheck((a) => a.mul(2), [ones(2)]),
  'x=torch.ones(2,dtype=torch.double,requires_grad=True); r=torch.autograd.gradcheck(lambda a:a*2,(x,))':
    () => torch.gradcheck((a) => a.mul(2), [ones([2], { dtype: 'float64', requiresGrad: true })]),
  'x=torch.ones(3,requires_grad=True); torch.autograd.backward([x.sum(), (x*2)], [None, None])': () => {
    const x = leaf(3);
    torch.backward([x.sum(), x.mul(2)], [null, null]);
  },
  'x=torch.ones(3,requires_grad=True); torch.autograd.backward([x.sum(), (x*2)], [None])': () => {
    const x = leaf(3);
    torch.backward([x.sum(), x.mul(2)], [null]);
  },
  '\nwith torch.inference_mode():\n  x=torch.ones(2)\nx.requires_grad_()': () =>
    torch.inferenceMode(() => ones(2)).requiresGrad_(),
  '\nwith torch.inference_mode():\n  x=torch.ones(2)\nw=torch.ones(2,requires_grad=True)\n(x*w)': () =>
    torch.inferenceMode(() => ones(2)).mul(leaf(2)),
  '\nwith torch.inference_mode():\n  x=torch.ones(2)\nx.add_(1)': () =>
    torch.inferenceMode(() => ones(2)).add_(1),
  '\nwith torch.inference_mode():\n  x=torch.ones(2)\nx._version': () =>
    torch.inferenceMode(() => ones(2)).version,
  'w=torch.ones(2,requires_grad=True)\nwith torch.inference_mode():\n  x=w*2\nr=(x.requires_grad,x.is_inference())':
    () => {
      const x = torch.inferenceMode(() => leaf(2).mul(2));
      return tuple(x.requiresGrad, x.isInference());
    },
  'w=torch.ones(2,requires_grad=True)\nwith torch.inference_mode():\n  r=x=torch.ones(2,requires_grad=True)\n':
    () => torch.inferenceMode(() => leaf(2)),
  'w=torch.ones(2,requires_grad=True)\nwith torch.inference_mode():\n  y=w*2\n  y.sum().backward()': () =>
    torch.inferenceMode(() => leaf(2).mul(2).sum().backward()),
};
