import { helpersFor } from './helpers.ts';
import type { WordType } from './types.ts';
import { specialWords, WORDS } from './words.ts';

/** A buffer that a kernel is bound to: its name in the text, what its words are, and whether it is written. */
export interface Binding {
  readonly name: string;
  readonly type: WordType | 'u32' | 'vec4<f32>' | 'vec4<i32>' | 'atomic<u32>' | 'atomic<i32>';
  readonly write?: boolean;
}

/** A kernel's text and what it is bound to, in order. */
export interface KernelText {
  /** What it is, for error messages. */
  readonly label: string;
  readonly bindings: readonly Binding[];
  readonly code: string;
}

/** Puts launch data, bindings and the helpers that are called in front of a kernel's own text. */
export function kernelText(label: string, bindings: readonly Binding[], body: string): KernelText {
  const declared = bindings.map(
    ({ name, type, write }, i) =>
      `@group(0) @binding(${i + 1}) var<storage, ${write === true ? 'read_write' : 'read'}> ${name}: array<${type}>;`,
  );
  const code = [
    body.includes('subgroup_size') ? 'enable subgroups;' : '',
    `@group(0) @binding(0) var<uniform> words: array<vec4<i32>, ${WORDS / 4}>;`,
    ...declared,
    specialWords,
    helpersFor(body),
    body,
  ].join('\n');
  return { label, bindings, code };
}

/** Invocations of a workgroup of kernels that give each element its own. */
export const GROUP = 64;

/** The same where each invocation has much to do, so that few of them keep a device busy. */
export const SMALL_GROUP = 16;

/**
 * A kernel for `count` things, each an `id`; invocations take turns, so that any number of them will do. `continue` in `body`
 * leaves a thing.
 */
export function elementwise(count: string, body: string, group: number = GROUP): string {
  return `@compute @workgroup_size(${group})
fn main(@builtin(global_invocation_id) where_: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let count = ${count};
  for (var id = where_.x; id < count; id += groups.x * ${group}u) {
  ${body}
  }
}`;
}

/**
 * The head of a kernel that works in groups of `size` invocations `lane`, numbered by `group`; those from `count` on return. With
 * `subgroups` there are also `subgroup_size` and `subgroup_lane`.
 */
export function grouped(size: number, count: string, body: string, subgroups = false): string {
  const builtins = [
    '@builtin(local_invocation_index) lane: u32',
    '@builtin(workgroup_id) where_: vec3<u32>',
    '@builtin(num_workgroups) groups: vec3<u32>',
    ...(subgroups
      ? ['@builtin(subgroup_size) subgroup_size: u32', '@builtin(subgroup_invocation_id) subgroup_lane: u32']
      : []),
  ];
  return `@compute @workgroup_size(${size})
fn main(${builtins.join(', ')}) {
  let group = where_.y * groups.x + where_.x;
  if (group >= ${count}) { return; }
  ${body}
}`;
}
