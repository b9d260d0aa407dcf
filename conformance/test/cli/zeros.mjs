import { createCpuBackend } from '@taimatsu/backend-cpu';

/** A backend in a module of its own, whose tensors always read as zeros. */
export async function create() {
  const cpu = createCpuBackend();
  const zeros = (data) => data.fill(data instanceof BigInt64Array ? 0n : 0);
  return { ...cpu, name: 'zeros', readAsync: async (...place) => zeros(cpu.read(...place)) };
}
