import * as torch from 'taimatsu';

type NamedTensors = Readonly<Record<string, torch.Tensor>>;

/** The graph behind the tensors called `roots`; its boxes carry the tensors' values as tooltips. */
export async function graphOf(roots: readonly string[], names: NamedTensors): Promise<string> {
  const tensors = roots.map((name) => names[name]).filter((tensor) => tensor !== undefined);
  const found = new Set<torch.Tensor>();
  const note = (tensor: torch.Tensor): string => {
    found.add(tensor);
    return '';
  };
  torch.graphToDot(tensors, { names, tooltip: note });
  const values = new Map(await Promise.all(Array.from(found, async (t) => [t, await describe(t)] as const)));
  return torch.graphToDot(tensors, { names, tooltip: (tensor) => values.get(tensor)! });
}

async function describe(tensor: torch.Tensor): Promise<string> {
  const gradient = tensor.isLeaf ? tensor.grad : null;
  const lines = [`${tensor.dtype} on ${tensor.device}`, await tensor.detach().toStringAsync()];
  if (gradient !== null) lines.push(`.grad = ${await gradient.toStringAsync()}`);
  return lines.join('\n');
}
