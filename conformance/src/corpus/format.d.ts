/** A number as recorded: the four that JSON lacks, and integers beyond 2^53, are strings. */
export type NumberRecord = number | string;
/** A tensor as recorded: its elements in logical row-major order, and where they lay in memory. */
export interface TensorRecord {
  readonly $: 'tensor';
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly requires_grad: boolean;
  readonly data: readonly NumberRecord[];
}
/** Anything else that JSON has no form for. */
export type TaggedRecord =
  | TensorRecord
  | {
      readonly $: 'tuple';
      readonly v: readonly ValueRecord[];
      readonly type?: string;
      readonly fields?: readonly string[];
    }
  | {
      readonly $: 'slice';
      readonly v: readonly (number | null)[];
    }
  | {
      readonly $: 'size';
      readonly v: readonly number[];
    }
  | {
      readonly $: 'dict';
      readonly v: Readonly<Record<string, ValueRecord>>;
    }
  | {
      readonly $: 'dtype' | 'device' | 'layout' | 'memory_format' | 'opaque' | 'bigint';
      readonly v: string;
    }
  | {
      readonly $: 'complex';
      readonly v: readonly NumberRecord[];
    }
  | {
      readonly $: 'ellipsis' | 'inf' | '-inf' | 'nan';
    };
/** A recorded Python value. */
export type ValueRecord = null | boolean | number | string | readonly ValueRecord[] | TaggedRecord;
/** A Python exception: its class and its text. */
export type ErrorRecord = readonly [type: string, text: string];
/** What float64 gives, and how many tolerances float32 may be from it: PyTorch's own error, or the effect of rounding the inputs. */
export interface ReferenceRecord {
  readonly data: readonly NumberRecord[];
  readonly off: number;
}
/** One recorded call. */
export interface SampleRecord {
  readonly name: string;
  readonly seed: number;
  readonly input: ValueRecord;
  readonly args: readonly ValueRecord[];
  readonly kwargs: Readonly<Record<string, ValueRecord>>;
  readonly output?: ValueRecord;
  /** What the call raised instead. */
  readonly error?: ErrorRecord;
  /** The output made comparable, where it is only defined up to a choice of sign or the like. */
  readonly processed_output?: ValueRecord;
  /** By path in the (processed) output: what the gradients below were pulled back from. */
  readonly cotangents?: Readonly<Record<string, TensorRecord>>;
  /** Paths of the inputs whose gradients were taken. */
  readonly grad_targets?: readonly string[];
  readonly grads?: readonly (TensorRecord | null)[];
  readonly grad_error?: ErrorRecord;
  /** By place (`output[0]`, `grad of input`), where float32 does not determine the result to within the tolerance. */
  readonly reference?: Readonly<Record<string, ReferenceRecord>>;
}
/** One file: an operator's samples. */
export interface CorpusFile {
  readonly torch: string;
  readonly op: string;
  readonly variant: string;
  readonly dtype: string;
  readonly skipped_too_big?: number;
  /** PyTorch's own tests check second derivatives of it on the CPU. */
  readonly gradgrad?: boolean;
  /** What the checks of gradients put around the call, and the argument that it is for. */
  readonly gradcheck_wrapper?: readonly [name: string, argument: number];
  readonly samples: readonly SampleRecord[];
}
/** True for an object with a `$` tag. */
export declare function isTagged(value: ValueRecord): value is TaggedRecord;
/** True for a recorded tensor. */
export declare function isTensorRecord(value: ValueRecord): value is TensorRecord;
/** `name`, or `name@variant` for one of several forms of an operator. */
export declare function opName({ op, variant }: Pick<CorpusFile, 'op' | 'variant'>): string;
