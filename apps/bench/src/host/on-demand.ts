import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The URL of a file of a peer that is too large to come with the workspace; installs the peer where it is missing. */
export async function fileOfPeer(peer: string, path: string): Promise<string> {
  const folder = new URL(`../../peers/${peer}/`, import.meta.url);
  const file = new URL(`node_modules/${path}`, folder);
  if (!existsSync(file)) await install(fileURLToPath(folder));
  if (!existsSync(file)) throw new Error(`installing ${peer} did not bring ${path}`);
  return file.href;
}

function install(folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('npx', ['-y', 'pnpm@12.21.0', 'install', '--frozen-lockfile'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`installing in ${folder} failed (${code})`)),
    );
  });
}
