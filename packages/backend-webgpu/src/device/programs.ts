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
  /** Compiled ahead and not asked for yet, by their code. */
  private readonly ready = new Map<string, GPUComputePipeline>();

  constructor(source: BufferSource, words: GPUBuffer) {
    this.source = source;
    this.words = words;
  }

  compile(text: KernelText): Program {
    const program: Program = { text, layout: this.layoutOf(text), pipeline: undefined };
    this.pipelineOf(program);
    return program;
  }

  /** The compiled form. Of too many, those that were compiled first are dropped, and compiled again when they are used. */
  pipelineOf(program: Program): GPUComputePipeline {
    if (program.pipeline !== undefined) return program.pipeline;
    const { text, layout } = program;
    const ready = this.ready.get(text.code);
    this.ready.delete(text.code);
    program.pipeline = ready ?? this.source.guarded(text.label, () => this.compileNow(text, layout));
    this.kept.add(program);
    if (this.kept.size > MOST_PIPELINES) {
      const [first] = this.kept;
      first!.pipeline = undefined;
      this.kept.delete(first!);
    }
    return program.pipeline;
  }

  private compileNow(text: KernelText, layout: Layout): GPUComputePipeline {
    this.compiled++;
    return this.source.device.createComputePipeline(this.descriptor(text, layout));
  }

  private descriptor({ label, code }: KernelText, layout: Layout): GPUComputePipelineDescriptor {
    const module = this.source.device.createShaderModule({ code, label });
    return { label, layout: layout.pipeline, compute: { module, entryPoint: 'main' } };
  }

  /** The texts of the kernels that are compiled. */
  get texts(): readonly KernelText[] {
    return Array.from(this.kept, ({ text: { label, bindings, code } }) => ({ label, bindings, code }));
  }

  /**
   * Compiles kernels all at once, beside whatever else goes on. Those that the device refuses are left: their errors come when they
   * are asked for.
   */
  async ahead(texts: readonly KernelText[]): Promise<void> {
    const { device } = this.source;
    const under = texts.filter(({ code }) => !this.ready.has(code));
    device.pushErrorScope('validation');
    const pipelines = under.map((text) =>
      device.createComputePipelineAsync(this.descriptor(text, this.layoutOf(text))),
    );
    const refused = device.popErrorScope();
    const settled = await Promise.allSettled(pipelines);
    await refused;
    for (const [i, result] of settled.entries()) {
      if (result.status === 'fulfilled') this.ready.set(under[i]!.code, result.value);
    }
  }

  get anyReady(): boolean {
    return this.ready.size > 0;
  }

  /** True for kernels that were compiled ahead. */
  isReady({ code }: KernelText): boolean {
    return this.ready.has(code);
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

  private layoutOf({ bindings }: KernelText): Layout {
    const access = bindings.map(({ write }) => (write === true ? 'w' : 'r')).join('');
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
