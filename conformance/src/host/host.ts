import type { CorpusFile } from '../corpus/format.ts';
import type { OpReplay } from '../corpus/replay.ts';
import type { CheckOptions, KernelResult } from '../kernels/index.ts';
import type { ScenarioResult } from '../run/run-scenario.ts';
import type { Scenario } from '../scenario/schema.ts';

/** A backend as a host has it. */
export interface HostedBackend {
  readonly name: string;
  /** What runs its kernels, in the backend's own words. */
  readonly executor: string;
}

/** Where backends run: this process, or a page of a browser. */
export interface Host {
  readonly backends: readonly HostedBackend[];
  runScenario(scenario: Scenario, backend: string): Promise<ScenarioResult>;
  replayFile(file: CorpusFile, backend: string): Promise<OpReplay>;
  /** Runs the check of this id, one of `kernelChecks`. */
  runKernelCheck(id: string, backend: string, options: CheckOptions): Promise<KernelResult>;
  close(): Promise<void>;
}

/** The names of hosts: this process, a page that is cross-origin isolated, and one that is not. */
export const hostNames = ['node', 'chromium', 'chromium-plain'] as const;
