import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { root } from './workspace.ts';

export interface Outcome {
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
}

const bin = join(root, 'node_modules/.bin');

/** What every tool is run with: the workspace's own commands first, no telemetry, no second dependency check. */
const environment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${bin}${delimiter}${process.env.PATH}`,
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  npm_config_verify_deps_before_run: 'false',
  pnpm_config_verify_deps_before_run: 'false',
};

/** Runs a command of the workspace at its root and collects what it prints; with `echo`, prints it at once too. */
export function run(command: string, args: readonly string[], echo = false): Promise<Outcome> {
  const start = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    const collect = (chunk: Buffer): void => {
      chunks.push(chunk);
      if (echo) process.stdout.write(chunk);
    };
    const finish = (code: number): void => {
      const output = Buffer.concat(chunks).toString();
      resolve({ code, output, seconds: (performance.now() - start) / 1000 });
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => {
      chunks.push(Buffer.from(String(error)));
      finish(1);
    });
    child.on('close', (code) => finish(code ?? 1));
  });
}
