import type { KernelText } from '../codegen/module.ts';
import { WORDS } from '../codegen/words.ts';
import type { BufferSource, GpuBuffer } from './buffers.ts';

interface Layout {
  readonly id: number;
  readonly group: GPUBindGroupLayout;
  readonly pipeline: GPUPipelineLayout;
}

/** A compiled kernel. */
export interface Program {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly layout: Layout;
}

const MOST_BIND_GROUPS = 4096;

/** Compiles kernels and binds them to buffers. */
export class Programs {
  /** Kernels compiled so far. */
  compiled = 0;
  private readonly source: BufferSource;
  private readonly words: GPUBuffer;
  private readonly layouts = new Map<string, Layout>();
  private readonly bound = new Map<string, GPUBindGroup>();

  constructor(source: BufferSource, words: GPUBuffer) {
    this.source = source;
    this.words = words;
  }

  compile({ label, bindings, code }: KernelText): Program {
    const { device } = this.source;
    this.compiled++;
    return this.source.guarded(label, () => {
      const layout = this.layoutOf(bindings.map(({ write }) => (write === true ? 'w' : 'r')).join(''));
      const module = device.createShaderModule({ code, label });
      const pipeline = device.createComputePipeline({
        label,
        layout: layout.pipeline,
        compute: { module, entryPoint: 'main' },
      });
      return { label, pipeline, layout };
    });
  }

  /** The group that binds a kernel to its buffers; the same again for the same buffers. */
  bind({ layout, label }: Program, buffers: readonly GpuBuffer[]): GPUBindGroup {
    let key = String(layout.id);
    for (const { block } of buffers) key += `,${block.id}`;
    let group = this.bound.get(key);
    if (group === undefined) {
      if (this.bound.size >= MOST_BIND_GROUPS) this.bound.clear();
      const entries: GPUBindGroupEntry[] = [
        { binding: 0, resource: { buffer: this.words, size: WORDS * 4 } },
        ...buffers.map(({ block }, i) => ({ binding: i + 1, resource: { buffer: block.gpu } })),
      ];
      const { device } = this.source;
      group = this.source.guarded(label, () =>
        device.createBindGroup({ label, layout: layout.group, entries }),
      );
      this.bound.set(key, group);
    }
    return group;
  }

  private layoutOf(access: string): Layout {
    let layout = this.layouts.get(access);
    if (layout === undefined) {
      const { device } = this.source;
      const visibility = GPUShaderStage.COMPUTE;
      const group = device.createBindGroupLayout({
        entries: [
          {
            binding: 0,
            visibility,
            buffer: { type: 'uniform', hasDynamicOffset: true, minBindingSize: WORDS * 4 },
          },
          ...Array.from(access, (a, i): GPUBindGroupLayoutEntry => {
            return {
              binding: i + 1,
              visibility,
              buffer: { type: a === 'w' ? 'storage' : 'read-only-storage' },
            };
          }),
        ],
      });
      const pipeline = device.createPipelineLayout({ bindGroupLayouts: [group] });
      layout = { id: this.layouts.size, group, pipeline };
      this.layouts.set(access, layout);
    }
    return layout;
  }
}
