/** One run of `vmap`: what a hidden dimension stands for. */
export interface BatchLevel {
  /** How many examples there are. */
  readonly size: number;
  /** Levels opened later have larger numbers. */
  readonly order: number;
  /** The serial number of the first storage made inside. */
  readonly first: number;
  readonly randomness: 'error' | 'same' | 'different';
  /** True while the function runs. */
  open: boolean;
}

/** A dimension of memory that tensors do not show: how far apart the examples of a level lie. */
export interface HiddenDim {
  readonly level: BatchLevel;
  readonly stride: number;
}

/** The hidden dimensions of a storage, the outermost level first. */
export type Hidden = readonly HiddenDim[];
