import type * as Ort from 'onnxruntime-common';
import { fill, inputSpecs } from '../inputs.ts';
import type { Declined, Engine, Makers, Task } from '../task.ts';
import type { Work } from '../work.ts';
import { graphOf } from './onnx-graphs.ts';
import { encodeModel } from './onnx-model.ts';

/** ONNX Runtime Web, given its module: graphs of single operations, whose inputs are not known beforehand. */
export function onnxRuntime(ort: typeof Ort): Engine {
  ort.env.wasm.numThreads = 1;
  const maker = (work: Work): Promise<Task> | Declined => {
    const graph = graphOf(work);
    return 'declined' in graph ? graph : makeTask(work, graph.inputs, encodeModel(graph));
  };
  const makeTask = async (
    work: Work,
    inputs: Readonly<Record<string, readonly number[]>>,
    model: Uint8Array,
  ): Promise<Task> => {
    const session = await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
    const specs = inputSpecs(work);
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, shape]) => [
        name,
        new ort.Tensor('float32', fill(specs['abc'.indexOf(name)]!), [...shape]),
      ]),
    );
    const [output] = session.outputNames;
    const once = async (): Promise<Ort.Tensor> => (await session.run(feeds))[output!]!;
    return {
      run: async () => void (await once()),
      sync: () => {},
      result: async () => Float32Array.from((await once()).data as Float32Array),
    };
  };
  const all: Makers = {
    add: maker,
    notebook: maker,
    exp: maker,
    sum: maker,
    chain: maker,
    matmul: maker,
    conv: maker,
    softmax: maker,
    layerNorm: maker,
    mlp: maker,
    cnn: maker,
    peak: maker,
  };
  return { about: `${ort.env.versions.web}, WebAssembly, one thread`, makers: all };
}
