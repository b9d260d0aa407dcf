import * as torch from 'taimatsu';

const look = {
  graphAttributes: { bgcolor: 'transparent', nodesep: 0.3, ranksep: 0.35, pad: 0.1 },
  nodeAttributes: { fontname: 'Helvetica', fontsize: 13, height: 0.36, margin: '0.16,0.06' },
  edgeAttributes: { arrowsize: 0.7 },
};

/** Draws the graph behind `roots` as SVG; boxes tell the tensors' values when pointed at. */
export async function draw(
  roots: readonly torch.Tensor[],
  names: Readonly<Record<string, torch.Tensor>>,
): Promise<string> {
  const { instance } = await import('@viz-js/viz');
  const values = new Map<torch.Tensor, string>();
  const note = (tensor: torch.Tensor): string => {
    values.set(tensor, '');
    return '';
  };
  torch.graphToDot(roots, { names, tooltip: note });
  for (const tensor of values.keys()) values.set(tensor, await describe(tensor));
  const dot = torch.graphToDot(roots, { names, tooltip: (tensor) => values.get(tensor) ?? '' });
  return (await instance()).renderString(dot, { format: 'svg', ...look });
}

async function describe(tensor: torch.Tensor): Promise<string> {
  const gradient = tensor.isLeaf ? tensor.grad : null;
  const lines = [`${tensor.dtype} on ${tensor.device}`, await tensor.detach().toStringAsync()];
  if (gradient !== null) lines.push(`.grad = ${await gradient.toStringAsync()}`);
  return lines.join('\n');
}
