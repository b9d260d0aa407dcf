import type { KernelText } from '../codegen/module.ts';
import type { Program } from '../device/programs.ts';
import type { Queue } from '../device/queue.ts';

/** Programs made when first asked for, by a small key that no shape is part of. */
export function programsBy<K extends readonly (string | number | boolean)[]>(
  queue: Queue,
  write: (...key: K) => KernelText,
): (...key: K) => Program {
  const programs = new Map<string, Program>();
  return (...key) => {
    const name = key.join();
    let program = programs.get(name);
    if (program === undefined) {
      program = queue.compile(write(...key));
      programs.set(name, program);
    }
    return program;
  };
}
