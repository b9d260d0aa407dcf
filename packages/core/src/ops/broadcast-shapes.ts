import { fail, isTensorError } from '../errors/index.ts';
import { broadcastShapes as broadcastTwo } from '../shape/index.ts';

/**
 * The shape that tensors of these shapes have when they are broadcast together; a number stands for one dimension.
 * @throws `op/argument` where they cannot be
 */
export function broadcastShapes(...shapes: readonly (number | readonly number[])[]): number[] {
  const all = shapes.map((shape) => (typeof shape === 'number' ? [shape] : shape));
  for (const shape of all) {
    const negative = shape.find((size) => size < 0);
    if (negative !== undefined) {
      fail('op/argument', {
        text: `Trying to create tensor with negative dimension (${negative}): (${negative})`,
      });
    }
  }
  try {
    return [...all.reduce<readonly number[]>(broadcastTwo, [])];
  } catch (error) {
    if (!isTensorError(error, 'shape/broadcast')) throw error;
    return fail('op/argument', {
      text: 'Shape mismatch: objects cannot be broadcast to a single shape',
    });
  }
}
