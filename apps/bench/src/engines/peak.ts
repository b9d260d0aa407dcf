import { peakKernel } from '../peak.ts';
import type { Task } from '../task.ts';

/** The multiply-add peak as something to be timed among the others. */
export async function peakTask(): Promise<Task> {
  const { run } = await peakKernel();
  let last = run();
  return {
    run: () => {
      last = run();
    },
    sync: () => {},
    result: () => Float32Array.of(last),
  };
}
