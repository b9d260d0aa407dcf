import { Tensor } from '../tensor/index.ts';
import { isAccumulator } from './accumulate.ts';
import type { TensorOrList } from './backward.ts';
import { gradFnOf, gradientNode } from './gradient-edge.ts';
import type { Node } from './node.ts';

/** What {@link graphToDot} draws besides the graph itself. */
export interface GraphToDotOptions {
  /** Tensors by the names that the picture shows for them. */
  readonly names?: Readonly<Record<string, Tensor>>;
  /** Whether to draw the tensors that are kept for backward. Default: true. */
  readonly showSaved?: boolean;
  /** What a tensor's box says when pointed at, such as its values. */
  readonly tooltip?: (tensor: Tensor) => string;
}

/** How each kind of box looks; its name is also the box's `class`, for style sheets. */
const looks = {
  leaf: 'shape=box, style=filled, fillcolor=lightblue',
  function: 'shape=box, style=filled, fillcolor=lightgrey',
  freed: 'shape=box, style="filled,dashed", fillcolor=lightgrey, fontcolor=dimgrey',
  saved: 'shape=box, style=filled, fillcolor=orange',
  gone: 'shape=box, style=dashed, color=orange, fontcolor=darkorange',
  output: 'shape=box, style=filled, fillcolor=darkolivegreen1',
} as const;

/**
 * The graph that made `tensors`, in Graphviz's language and in the colours of torchviz: blue leaves, grey functions,
 * orange tensors that are kept for backward (an empty dashed box where backward has freed them), green results.
 */
export function graphToDot(tensors: TensorOrList, options: GraphToDotOptions = {}): string {
  const drawing = new Drawing(options);
  for (const tensor of tensors instanceof Tensor ? [tensors] : tensors) drawing.addResult(tensor);
  return drawing.toString();
}

class Drawing {
  private readonly lines = new Map<string, string>();
  private readonly drawn = new Set<Node>();
  private readonly savedIds = new Map<Tensor, string>();
  private readonly namesOf = new Map<Tensor, string[]>();
  private readonly named: readonly Tensor[];
  private readonly results = new Set<Tensor>();
  private readonly options: GraphToDotOptions;

  constructor(options: GraphToDotOptions) {
    this.options = options;
    for (const [name, tensor] of Object.entries(options.names ?? {})) {
      this.namesOf.set(tensor, [...(this.namesOf.get(tensor) ?? []), name]);
    }
    this.named = [...this.namesOf.keys()];
  }

  addResult(tensor: Tensor): void {
    const node = gradientNode(tensor);
    if (node === null || isAccumulator(node)) {
      this.addLeaf(tensor);
      return;
    }
    const id = `output${tensor.storage.serial}`;
    this.results.add(tensor);
    this.box(id, 'output', this.describe(tensor), this.tooltip(tensor));
    this.edge(idOf(node), id);
    this.walk(node);
  }

  toString(): string {
    return `digraph {\n${[...this.lines.values()].map((line) => `  ${line}\n`).join('')}}\n`;
  }

  private walk(start: Node): void {
    const waiting = [start];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (this.drawn.has(node)) continue;
      this.drawn.add(node);
      this.addNode(node);
      for (const [next] of node.nextFunctions) {
        if (next === null) continue;
        this.edge(idOf(next), idOf(node));
        waiting.push(next);
      }
    }
  }

  private addNode(node: Node): void {
    const made = this.named
      .filter((tensor) => gradFnOf(tensor) === node && !this.results.has(tensor))
      .map((tensor) => this.describe(tensor));
    const label = [node.name, ...made].join('\n');
    this.box(idOf(node), node.isFreed ? 'freed' : 'function', label, node.name);
    if (isAccumulator(node)) {
      const { variable } = node.attrs as { readonly variable: Tensor };
      this.edge(this.addLeaf(variable), idOf(node));
    } else if (this.options.showSaved !== false) this.addSaved(node);
  }

  private addSaved(node: Node): void {
    if (node.isFreed) {
      const id = `gone${node.sequence}`;
      this.box(id, 'gone', 'freed', `what ${node.name} kept was freed by backward`);
      this.keep(id, node);
    }
    for (const tensor of node.savedTensors) {
      const id = this.savedIds.get(tensor) ?? `saved${tensor.storage.serial}_${this.savedIds.size}`;
      this.savedIds.set(tensor, id);
      this.box(id, 'saved', this.describe(tensor), this.tooltip(tensor));
      this.keep(id, node);
    }
  }

  /** Puts what a function keeps beside it. */
  private keep(id: string, node: Node): void {
    this.edge(id, idOf(node), 'kept');
    const beside = `beside ${id}`;
    if (!this.lines.has(beside)) this.lines.set(beside, `{ rank=same; ${id}; ${idOf(node)}; }`);
  }

  private addLeaf(leaf: Tensor): string {
    const id = `leaf${leaf.storage.serial}`;
    this.box(id, 'leaf', this.describe(leaf), this.tooltip(leaf));
    return id;
  }

  /** `x (2, 3)`; the shape alone for a tensor without a name. */
  private describe(tensor: Tensor): string {
    const names = this.namesOf.get(tensor)?.join(', ');
    const shape = `(${tensor.shape.join(', ')})`;
    return names === undefined ? shape : `${names} ${shape}`;
  }

  private tooltip(tensor: Tensor): string {
    return this.options.tooltip?.(tensor) ?? this.describe(tensor);
  }

  private box(id: string, kind: keyof typeof looks, label: string, tooltip: string): void {
    const texts = `label=${quote(label)}, tooltip=${quote(tooltip)}`;
    this.lines.set(id, `${id} [id=${id}, class=${kind}, ${looks[kind]}, ${texts}];`);
  }

  private edge(from: string, to: string, kind: 'flow' | 'kept' = 'flow'): void {
    const look = kind === 'kept' ? ' [class=kept, dir=none, style=dashed, constraint=false]' : '';
    this.lines.set(`${from}->${to}`, `${from} -> ${to}${look};`);
  }
}

/** The id of a function's box: the same in every picture of the same graph. */
function idOf(node: Node): string {
  if (!isAccumulator(node)) return `function${node.sequence}`;
  return `gradient${(node.attrs as { readonly variable: Tensor }).variable.storage.serial}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
