import type { KernelText } from '../codegen/module.ts';
import { WORDS } from '../codegen/words.ts';
import type { BufferSource, GpuBuffer } from './buffers.ts';

interface Layout {
  readonly id: number;
  readonly group: GPUBindGroupLayout;
  readonly pipeline: GPUPipelineLayout;
}

/** A kernel, and its compiled form unless that was dropped. */
export interface Program {
  readonly text: KernelText;
  readonly layout: Layout;
  pipeline: GPUComputePipeline | undefined;
}

const MOST_BIND_GROUPS = 4096;
/** Compiled kernels kept at a time: on devices in software each is a megabyte of machine code. */
const MOST_PIPELINES = 1024;

/** Compiles kernels and binds them to buffers. */
export class Programs {
  /** Kernels compiled so far. */
  compiled = 0;
  private readonly source: BufferSource;
  private readonly words: GPUBuffer;
  private readonly layouts = new Map<string, Layout>();
  private readonly bound = new Map<string, GPUBindGroup>();
  private readonly kept = new Set<Program>();

  constructor(source: BufferSource, words: GPUBuffer) {
    this.source = source;
    this.words = words;
  }

  compile(text: KernelText): Program {
    const access = text.bindings.map(({ write }) => (write === true ? 'w' : 'r')).join('');
    const program: Program = { text, layout: this.layoutOf(access), pipeline: undefined };
    this.pipelineOf(program);
    return program;
  }

  /** The compiled form. Of too many, those that were compiled first are dropped, and compiled again when they are used. */
  pipelineOf(program: Program): GPUComputePipeline {
    if (program.pipeline !== undefined) return program.pipeline;
    const { device } = this.source;
    const { label, code } = program.text;
    this.compiled++;
    program.pipeline = this.source.guarded(label, () => {
      const module = device.createShaderModule({ code, label });
      const layout = program.layout.pipeline;
      return device.createComputePipeline({ label, layout, compute: { module, entryPoint: 'main' } });
    });
    this.kept.add(program);
    if (this.kept.size > MOST_PIPELINES) {
      const [first] = this.kept;
      first!.pipeline = undefined;
      this.kept.delete(first!);
    }
    return program.pipeline;
  }

  /** The group that binds a kernel to its buffers; the same again for the same buffers. */
  bind({ layout, text: { label } }: Program, buffers: readonly GpuBuffer[]): GPUBindGroup {
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
