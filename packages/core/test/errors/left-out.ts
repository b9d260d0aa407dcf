// table
/** Recorded cases without a call: why, and what must not exist for that to be true. */
export interface LeftOut {
  readonly reason: string;
  /** A function of the library that would make the cases possible. */
  readonly absent?: string;
  readonly codes: readonly string[];
}

export const leftOut: readonly LeftOut[] = [
  {
    reason:
      "Python's own doing: operators, conversions and attributes that JavaScript has not or treats its own way",
    codes: [
      'x=torch.ones(2,requires_grad=True); y=x*2; y.backward(1.0)',
      'x=torch.ones(2); x.grad_fn = None',
      'x=torch.ones(2); x.is_leaf = True',
      'x=torch.ones(2,requires_grad=True); x.grad_fn.next_functions',
      'torch.ones(2).__index__()',
      '[1,2,3][torch.tensor(1.)]',
      'r=int(torch.tensor([2.7]))',
      'r=[1,2,3][torch.tensor(1)]',
      'len(torch.tensor(1))',
      "int(torch.tensor(float('nan')))",
      "int(torch.tensor(float('inf')))",
      'torch.foo',
      'torch.ones(2).foo',
      '~torch.ones(2)',
      "torch.ones(2)+'a'",
      'torch.ones(2)+None',
      'torch.ones(2)+[1,2]',
      "'a'+torch.ones(2)",
      'r=torch.ones(2)==None',
      "r=torch.ones(2)=='a'",
      "torch.ones(2)<'a'",
      "torch.manual_seed('a')",
    ],
  },
  {
    reason: 'missing or misplaced arguments are compile errors',
    codes: [
      'torch.linspace(0,1)',
      'torch.full((2,))',
      "torch.empty(2,dtype='float')",
      'torch.ones(3).cumsum()',
      'torch.unique()',
      "torch.ones(2).eq('a')",
      'torch.add(torch.ones(2))',
    ],
  },
  {
    reason: "NumPy's arrays",
    codes: [
      'x=torch.ones(2,requires_grad=True); x.numpy()',
      'x=torch.ones(2,requires_grad=True); np.array(x)',
      'x=torch.ones(2,requires_grad=True); (x*2).numpy()',
      'torch.from_numpy(np.ones(2,dtype=np.uint16))',
      'torch.from_numpy([1])',
    ],
  },
  {
    reason: "devices and their names are the library's own",
    codes: ["torch.ones(2).to('foo')", 'torch.ones(2).cuda()'],
  },
  {
    reason: 'named dimensions, of which PyTorch itself calls the API experimental',
    codes: ["torch.ones(2).sum('a')"],
  },
  {
    reason: 'half precision on the CPU, which 1.13 refuses and 2.x computes as we do',
    codes: [
      'torch.ones(2,dtype=torch.half)@torch.ones(2,dtype=torch.half)',
      'torch.ones(2,2,dtype=torch.half)@torch.ones(2,2,dtype=torch.half)',
      'r=torch.ones(2,dtype=torch.half).exp()',
      'torch.ones(2,dtype=torch.half).softmax(0)',
    ],
  },
  {
    reason: 'masks of int64, which 1.13 lets through by accident and 2.x refuses',
    codes: ['torch.ones(3).masked_fill(torch.tensor([1,0,1]),0.)'],
  },
  {
    reason: 'copying an object deeply',
    absent: 'deepcopy',
    codes: [
      'x=torch.ones(2,requires_grad=True); import copy; r=copy.deepcopy(x)',
      'x=torch.ones(2,requires_grad=True); import copy; copy.deepcopy(x*2)',
    ],
  },
  {
    reason: 'results written into given tensors',
    codes: [
      'x=torch.ones(2,requires_grad=True); torch.add(x,1,out=torch.empty(2))',
      'x=torch.ones(2); torch.add(x,1,out=torch.empty(2,requires_grad=True))',
    ],
  },
  {
    reason: "sharing another tensor's storage in place",
    absent: 'set_',
    codes: ['x=torch.ones(2,requires_grad=True); x.set_(torch.ones(2))'],
  },
  {
    reason: 'parameters',
    absent: 'Parameter',
    codes: [
      'x=torch.ones(2,requires_grad=True); torch.nn.Parameter(torch.tensor([1,2]))',
      'r=torch.nn.Parameter(torch.ones(2))',
    ],
  },
  {
    reason: 'custom functions: scenarios of the conformance suite, which runs the recorded Python',
    codes: [
      '\nclass M(torch.autograd.Function):\n  @staticmethod\n  def forward(ctx,x): return x*2\n  @staticmethod\n  def backward(ctx,g): return g*2, g\nx=torch.ones(2,requires_grad=True); M.apply(x).sum().backward()',
      '\nclass M(torch.autograd.Function):\n  @staticmethod\n  def forward(ctx,x,y): return x*y\n  @staticmethod\n  def backward(ctx,g): return g*2\nx=torch.ones(2,requires_grad=True); M.apply(x,x).sum().backward()',
      '\nclass M(torch.autograd.Function):\n  @staticmethod\n  def forward(ctx,x): return x*2\n  @staticmethod\n  def backward(ctx,g): return torch.ones(5)\nx=torch.ones(2,requires_grad=True); M.apply(x).sum().backward()',
      '\nclass M(torch.autograd.Function):\n  @staticmethod\n  def forward(ctx,x): return x*2\nx=torch.ones(2,requires_grad=True); M.apply(x).sum().backward()',
      '\nclass M(torch.autograd.Function):\n  @staticmethod\n  def backward(ctx,g): return g\nx=torch.ones(2,requires_grad=True); M.apply(x)',
      '\nclass M(torch.autograd.Function):\n  def forward(self,x): return x*2\n  def backward(self,g): return g\nx=torch.ones(2,requires_grad=True); M()(x)',
      '\nclass M(torch.autograd.Function):\n  @staticmethod\n  def forward(ctx,x): return 5\n  @staticmethod\n  def backward(ctx,g): return g\nx=torch.ones(2,requires_grad=True); r=M.apply(x)',
      '\nclass M(torch.autograd.Function):\n  @staticmethod\n  def forward(ctx,x): ctx.save_for_backward(5); return x\n  @staticmethod\n  def backward(ctx,g): return g\nx=torch.ones(2,requires_grad=True); r=M.apply(x)',
      '\nclass M(torch.autograd.Function):\n  @staticmethod\n  def forward(ctx,x): ctx.save_for_backward(x); return x*2\n  @staticmethod\n  def backward(ctx,g): a,=ctx.saved_tensors; return g*a\nx=torch.ones(2,requires_grad=True); y=M.apply(x).sum(); y.backward(); y.backward()',
      '\nclass M(torch.autograd.Function):\n  @staticmethod\n  def forward(ctx,x): ctx.save_for_backward(x); return x*2\n  @staticmethod\n  def backward(ctx,g): a,=ctx.saved_tensors; return g*a\nx=torch.ones(2,requires_grad=True); z=x*1; y=M.apply(z).sum(); z.add_(1); y.backward()',
      '\nclass M(torch.autograd.Function):\n  @staticmethod\n  def forward(ctx,x): ctx.mark_dirty(x); x.add_(1); return x\n  @staticmethod\n  def backward(ctx,g): return g\nx=torch.ones(2,requires_grad=True); y=M.apply(x)',
      '\nclass M(torch.autograd.Function):\n  @staticmethod\n  def forward(ctx,x): ctx.mark_dirty(x); x.add_(1); return x\n  @staticmethod\n  def backward(ctx,g): return g*10\nx=torch.ones(2,requires_grad=True); z=x*1; y=M.apply(z); y.sum().backward(); r=(y is z, z.grad_fn.name(), x.grad)',
      '\nclass M(torch.autograd.Function):\n  @staticmethod\n  def forward(ctx,x): ctx.mark_dirty(x); return x*2\n  @staticmethod\n  def backward(ctx,g): return g*10\nx=torch.ones(2,requires_grad=True); z=x*1; y=M.apply(z)',
      '\nfrom torch.autograd.function import once_differentiable\nclass M(torch.autograd.Function):\n  @staticmethod\n  def forward(ctx,x): ctx.save_for_backward(x); return x**2\n  @staticmethod\n  @once_differentiable\n  def backward(ctx,g): a,=ctx.saved_tensors; return 2*a*g\nx=torch.ones(2,requires_grad=True); gr,=torch.autograd.grad(M.apply(x).sum(),x,create_graph=True); r=repr(gr); gr.sum().backward()',
      '\nclass M(torch.autograd.Function):\n  @staticmethod\n  def forward(ctx,x):\n    i=x.argsort(); ctx.mark_non_differentiable(i); return x*2, i\n  @staticmethod\n  def backward(ctx,g,gi): return g*2\nx=torch.ones(2,requires_grad=True); a,b=M.apply(x); r=(repr(a),b.requires_grad)',
      '\nclass M(torch.autograd.Function):\n  @staticmethod\n  def forward(ctx,x): return x\n  @staticmethod\n  def backward(ctx,g): return g*2\nx=torch.ones(2,requires_grad=True); y=M.apply(x); r=(y is x, repr(y)); y.add_(1)',
      '\nclass M(torch.autograd.Function):\n  @staticmethod\n  def forward(ctx,x): return x.view(4)\n  @staticmethod\n  def backward(ctx,g): return g.view(2,2)\nx=torch.ones(2,2,requires_grad=True); y=M.apply(x.clone()); r=repr(y); y.add_(1)',
      '\nclass M(torch.autograd.Function):\n  @staticmethod\n  def forward(ctx,x): return x.clone(), x.clone()\n  @staticmethod\n  def backward(ctx,g,h): global seen; seen=(g,h); return g*2\nx=torch.ones(2,requires_grad=True); a,b=M.apply(x); a.sum().backward(); r=seen',
      '\nclass M(torch.autograd.Function):\n  @staticmethod\n  def forward(ctx,x): ctx.set_materialize_grads(False); return x.clone(), x.clone()\n  @staticmethod\n  def backward(ctx,g,h): global seen; seen=(g,h); return g*2\nx=torch.ones(2,requires_grad=True); a,b=M.apply(x); a.sum().backward(); r=seen',
      '\nclass M(torch.autograd.Function):\n  @staticmethod\n  def forward(ctx,x): return x*2\n  @staticmethod\n  def backward(ctx,g): return g*3\nx=torch.ones(2,dtype=torch.double,requires_grad=True); torch.autograd.gradcheck(M.apply,(x,))',
    ],
  },
  {
    reason: 'anomaly detection: scenarios of the conformance suite, which runs the recorded Python',
    codes: [
      '\nwith torch.autograd.detect_anomaly():\n  x=torch.tensor([-1.],requires_grad=True); y=x.sqrt(); y.sum().backward()',
      '\nwith torch.autograd.set_detect_anomaly(True):\n  x=torch.tensor([0.],requires_grad=True); y=(x/x*0).sum(); y.backward()',
    ],
  },
  {
    reason: 'autograd.functional: scenarios of the conformance suite, which runs the recorded Python',
    codes: [
      'x=torch.ones(2,requires_grad=True); r=torch.autograd.functional.jacobian(lambda a: 5, x)',
      'x=torch.ones(2,requires_grad=True); r=torch.autograd.functional.hessian(lambda a: a*2, x)',
      'x=torch.ones(2); r=torch.autograd.functional.jacobian(lambda a: torch.ones(2), x)',
      'x=torch.ones(2); r=torch.autograd.functional.jacobian(lambda a: torch.ones(2), x, strict=True)',
      'x=torch.ones(2); r=torch.autograd.functional.vjp(lambda a: a*2, x)',
      'x=torch.ones(2); r=torch.autograd.functional.vjp(lambda a: a*2, x, torch.ones(3))',
      'x=torch.ones(2); r=torch.autograd.functional.jvp(lambda a: a*2, x)',
    ],
  },
  {
    reason: 'layers',
    codes: [
      'nn.Linear(2,2)(torch.ones(2,2,dtype=torch.double))',
      'nn.Linear(2,2)(torch.ones(2,2,dtype=torch.long))',
      'nn.Linear(2,2)(torch.ones(2,3))',
      'nn.Linear(2,2)(torch.ones(3))',
    ],
  },
  {
    reason: 'a second ellipsis, where 1.13 reads past the end of the sizes',
    codes: ['torch.ones(2,3)[...,...,0]'],
  },
];
