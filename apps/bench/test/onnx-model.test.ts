import { expect, test } from 'vitest';
import { graphOf } from '../src/engines/onnx-graphs.ts';
import { encodeModel } from '../src/engines/onnx-model.ts';
import { inputSpecs } from '../src/inputs.ts';

test('a model is the bytes that the format asks for', () => {
  const nodes = [{ op: 'Exp', inputs: ['a'], output: 'out' }];
  const text = (value: string): number[] => [...new TextEncoder().encode(value)];
  const node = [0x0a, 1, ...text('a'), 0x12, 3, ...text('out'), 0x22, 3, ...text('Exp')];
  const shape = [0x12, 5, 0x0a, 3, 0x08, 0xac, 0x02];
  const input = [0x0a, 1, ...text('a'), 0x12, 11, 0x0a, 9, 0x08, 1, ...shape];
  const output = [0x0a, 3, ...text('out'), 0x12, 4, 0x0a, 2, 0x08, 1];
  const graph = [
    ...[0x0a, node.length, ...node],
    ...[0x12, 5, ...text('bench')],
    ...[0x5a, input.length, ...input],
    ...[0x62, output.length, ...output],
  ];
  const wanted = [0x08, 8, 0x3a, graph.length, ...graph, 0x42, 4, 0x0a, 0, 0x10, 17];
  expect([...encodeModel({ inputs: { a: [300] }, nodes })]).toEqual(wanted);
});

test('a graph names only the inputs that it reads', () => {
  const work = { op: 'conv', pass: 'input', batch: 1, channels: 2, size: 3 } as const;
  expect(graphOf(work)).toMatchObject({
    inputs: { b: inputSpecs(work)[1]!.shape, c: inputSpecs(work)[2]!.shape },
  });
  expect(graphOf({ op: 'notebook' })).toEqual({ declined: 'inference only' });
});
