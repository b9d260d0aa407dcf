/**
 * The conformance suite: scenarios as data, the runner, replaying of recorded corpora.
 * @packageDocumentation
 */
export { backendNames, type LoadedBackend, loadBackend, loadBackends } from './backends/load.ts';
export {
  type CompareOptions,
  type Comparison,
  compareTensor,
  compareValue,
  type Difference,
} from './compare/compare.ts';
export { isClose, type Tolerance, toleranceOf } from './compare/tolerance.ts';
export { ulpDistance } from './compare/ulp.ts';
export type { CorpusFile, SampleRecord, TensorRecord, ValueRecord } from './corpus/format.ts';
export { readCorpusFile, UsageError } from './corpus/read.ts';
export { type OpCount, type OpReplay, replayFile, type SampleFailure } from './corpus/replay.ts';
export { type CellResult, runScenario, type ScenarioResult } from './run/run-scenario.ts';
export { runSuite } from './run/run-suite.ts';
export type { Verdict } from './run/verdict.ts';
export { assemble, SuiteError } from './scenario/assemble.ts';
export {
  type Cell,
  type Expectation,
  type Level,
  levels,
  type Provenance,
  type Scenario,
  type ScenarioEntry,
  type Substitution,
  type SuiteFile,
} from './scenario/schema.ts';
export { loadSuite, suiteFiles } from './suite.ts';
export { BindError, type Kwargs } from './torch-call/bind.ts';
export { hasFunction, isKnownOp, knownOps, torchCall } from './torch-call/call.ts';
export { MissingOp } from './torch-call/missing.ts';
