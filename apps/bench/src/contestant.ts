/** Someone who can be timed. Times are in microseconds of one run. */
export interface Contestant {
  readonly name: string;
  /** What it is exactly: version, engine, threads. */
  readonly about: string;
  /** Runs a case `times` times; undefined where it cannot. */
  time(id: string, times: number): Promise<number | undefined>;
  close(): void;
}
