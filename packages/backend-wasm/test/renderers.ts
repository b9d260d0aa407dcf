import { readdirSync, readFileSync } from 'node:fs';

/** The most memory that a renderer of a browser started here has had, in bytes: what Linux says. */
export function peakOfRenderers(): number {
  const status = (pid: string): string => readFileSync(`/proc/${pid}/status`, 'utf8');
  const number = (pid: string, key: string): number =>
    Number(new RegExp(`^${key}:\\s*(\\d+)`, 'm').exec(status(pid))?.[1] ?? 0);
  const isOwn = (pid: number): boolean =>
    pid === process.pid || (pid > 1 && isOwn(number(String(pid), 'PPid')));
  const peaks = readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer') && isOwn(Number(pid));
      } catch {
        // It has just ended.
        return false;
      }
    })
    .map((pid) => number(pid, 'VmHWM') * 1024);
  return Math.max(...peaks);
}
