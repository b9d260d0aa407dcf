export type { Job } from './job.ts';
export { OWN, Piece } from './piece.ts';
export { Pool } from './pool.ts';
export { defaultThreads, spawner } from './spawn.ts';
