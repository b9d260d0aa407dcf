import { type Job, OWN } from '../../threads/index.ts';
import { blockDepth, roundUp, tileBytes } from '../matmul/matmul.ts';
import {
  type ConvGeometry,
  gradientFrame,
  inputFrame,
  largestPhase,
  outputSize,
  volume,
} from './geometry.ts';
import { blockColumns, blockRows, type Cut } from './product.ts';

/** Where everything lies that a pass needs. */
export interface Layout {
  readonly points: number;
  readonly taps: number;
  readonly weight: number;
  /** The rest is a thread's own. */
  readonly blockA: number;
  readonly blockB: number;
  readonly frame: number;
  /** A class of elements of an input gradient, before they go where they belong. */
  readonly part: number;
  readonly ownBytes: number;
  /** Where the threads' own memory begins, if there are several. */
  readonly threads: number;
  /** Pieces are images, noted down by this; where there is none, products are cut, if anything. */
  readonly job: Job | undefined;
}

/** The layout from `scratch` on; with `cut`, of passes whose pieces are images. */
export function layoutOf(
  g: ConvGeometry,
  bytes: number,
  scratch: number,
  gradient: boolean,
  cut?: Cut,
): Layout {
  const [ci, co, taps] = [g.inChannels / g.groups, g.outChannels / g.groups, volume(g.kernel)];
  const channels = gradient ? co : ci;
  const points = gradient ? volume(g.input) : volume(outputSize(g));
  const depth = Math.max(blockDepth(channels * taps), blockDepth(points));
  const frame = (gradient ? gradientFrame(g) : inputFrame(g)).size;
  let next = scratch;
  const take = (size: number): number => {
    const start = next;
    next += roundUp(size, 16);
    return start;
  };
  const shared = {
    points: take(points * 4),
    taps: take(channels * taps * 4),
    weight: take(gradient ? g.groups * ci * co * taps * bytes : 0),
  };
  const sharedEnd = next;
  const ownStart = cut === undefined ? sharedEnd : OWN;
  next = ownStart + tileBytes;
  const own = {
    blockA: take(blockRows * depth * bytes),
    blockB: take(blockColumns * depth * bytes),
    frame: take(channels * volume(frame) * bytes),
    part: take(gradient && volume(g.stride) > 1 ? ci * volume(largestPhase(g)) * bytes : 0),
  };
  const ownBytes = next - ownStart;
  const threads = sharedEnd + ownBytes;
  return { ...shared, ...own, ownBytes, threads, job: cut?.pool.job(threads, ownBytes) };
}

/** Scratch memory that any of the three passes needs, shared by `crew` threads. */
export function convBytes(g: ConvGeometry, bytes: number, crew: number): number {
  const needed = (gradient: boolean): number => {
    const { threads, ownBytes } = layoutOf(g, bytes, 0, gradient);
    return threads + (crew > 1 ? crew * ownBytes : 0);
  };
  return Math.max(needed(false), needed(true));
}
