/** `torch.utils`. */
export { type CheckpointOptions, checkpoint } from '../transforms/checkpoint.ts';
