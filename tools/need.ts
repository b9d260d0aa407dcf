import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

interface Need {
  readonly executable: string;
  /** Debian's packages that bring it. */
  readonly debian: readonly string[];
  /** A file or folder that must be there besides the executable. */
  readonly beside?: string;
}

/** Programs that no npm package brings: recorders and tests in browsers need them, the rest does not. */
const needs = {
  chromium: { executable: 'chromium', debian: ['chromium', 'libvulkan1'] },
  pytorch: {
    executable: '/usr/bin/python3',
    debian: ['python3-torch'],
    beside: '/usr/lib/python3/dist-packages/torch',
  },
} satisfies Record<string, Need>;

/**
 * The path of an executable that the project needs from outside. As root on Debian it is installed by apt-get when `CI`
 * is set or `TAIMATSU_INSTALL=1` asks for it; otherwise a missing one throws an error that says what to install.
 */
export function need(name: keyof typeof needs): string {
  const wanted: Need = needs[name];
  const found = find(wanted);
  if (found !== undefined) return found;
  if (mayInstall()) {
    const apt = (...args: readonly string[]): unknown => execFileSync('apt-get', args, { stdio: 'inherit' });
    apt('update', '-q');
    apt('install', '-y', '-q', '--no-install-recommends', ...wanted.debian);
    const installed = find(wanted);
    if (installed !== undefined) return installed;
  }
  const command = `apt-get install --no-install-recommends ${wanted.debian.join(' ')}`;
  throw new Error(
    `${name} is needed here and was not found. On Debian: \`${command}\`, or as root set TAIMATSU_INSTALL=1.`,
  );
}

/** Installs what tests need where that is allowed, one after the other: apt-get does not run twice at a time. */
export function installNeeds(): void {
  if (!mayInstall()) return;
  for (const name of Object.keys(needs) as (keyof typeof needs)[]) need(name);
}

/**
 * For tests that cannot run without it: its path, or why it is missing, for the name under which they are skipped. Where
 * `CI` is set nothing is skipped: what cannot be installed throws.
 */
export function wanted(name: keyof typeof needs): { readonly path?: string; readonly missing?: string } {
  try {
    return { path: need(name) };
  } catch (error) {
    if (process.env.CI) throw error;
    const missing = (error as Error).message;
    console.warn(`Skipped: ${missing}`);
    return { missing };
  }
}

function mayInstall(): boolean {
  const asked = Boolean(process.env.CI) || process.env.TAIMATSU_INSTALL === '1';
  return asked && process.getuid?.() === 0 && existsSync('/etc/debian_version');
}

function find({ executable, beside }: Need): string | undefined {
  if (beside !== undefined && !existsSync(beside)) return undefined;
  if (executable.startsWith('/')) return isExecutable(executable) ? executable : undefined;
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, executable)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
