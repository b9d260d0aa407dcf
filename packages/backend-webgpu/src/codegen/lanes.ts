/** A variable of each lane, and where lanes can see each other's: a workgroup array of one element for each lane. */
export interface Held {
  readonly variable: string;
  readonly shared: string;
}

/**
 * Statements that put together what the `lanes` of a workgroup hold, so that each holds the result. `join` joins others'
 * values, which come in the order of `held`, to the lane's own; it must not matter which of two comes first.
 *
 * With `subgroups` everything is shared once. Each subgroup, however large and whoever is in it, then finds the result by
 * itself: an invocation joins every `size`-th value, and exchanges what that gives. The order depends on the size alone.
 */
export function foldLanes(
  lanes: number,
  held: readonly Held[],
  join: (others: readonly string[]) => string,
  subgroups: boolean,
): string {
  const at = (index: string): string[] => held.map(({ shared }) => `${shared}[${index}]`);
  const all = (line: (one: Held) => string): string => held.map(line).join(' ');
  const leave = all(({ variable, shared }) => `${shared}[lane] = ${variable};`);
  if (subgroups) {
    return `${leave}
  workgroupBarrier();
  let width = min(subgroup_size, ${lanes}u);
  ${all(({ variable, shared }) => `${variable} = ${shared}[subgroup_lane % width];`)}
  for (var k = subgroup_lane % width + width; k < ${lanes}u; k += width) {
    ${join(at('k'))}
  }
  for (var step = width / 2u; step > 0u; step /= 2u) {
    ${all(({ variable }) => `let other_${variable} = subgroupShuffleXor(${variable}, step);`)}
    ${join(held.map(({ variable }) => `other_${variable}`))}
  }`;
  }
  return `${leave}
  workgroupBarrier();
  for (var step = ${lanes / 2}u; step > 0u; step /= 2u) {
    if (lane < step) {
      ${join(at('lane + step'))}
      ${leave}
    }
    workgroupBarrier();
  }
  ${all(({ variable, shared }) => `${variable} = ${shared}[0];`)}`;
}
