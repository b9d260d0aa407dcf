import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import { UsageError } from '../corpus/read.ts';

/** A page that is being served, and where. */
export interface ServedPage {
  readonly url: string;
  close(): void;
}

const html =
  '<!doctype html><meta charset="utf-8"><title>Taimatsu</title><script type="module" src="/page.js"></script>';

/** What makes a page cross-origin isolated: only there can memory be shared with workers. */
export const isolation: Readonly<Record<string, string>> = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Bundles a module with Vite and serves a page that loads it, with these headers, on a free port of this machine. */
export async function servePage(
  entry: string,
  headers: Readonly<Record<string, string>>,
): Promise<ServedPage> {
  const files = await bundled(entry);
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').replace(/\?.*/, '');
    const body = path === '/' ? html : files.get(path.slice(1));
    response.writeHead(body === undefined ? 404 : 200, {
      'Content-Type': path === '/' ? 'text/html' : mediaType(path),
      ...headers,
    });
    response.end(body ?? 'not here');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { url: `http://127.0.0.1:${port(server)}/`, close: () => server.close() };
}

function port(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function mediaType(path: string): string {
  if (path.endsWith('.wasm')) return 'application/wasm';
  return path.endsWith('.js') ? 'text/javascript' : 'application/octet-stream';
}

const bundles = new Map<string, ReturnType<typeof bundle>>();

/** Bundles a module once for all the pages that are opened with it. */
function bundled(entry: string): ReturnType<typeof bundle> {
  const known = bundles.get(entry) ?? bundle(entry);
  bundles.set(entry, known);
  return known;
}

async function bundle(entry: string): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const { build } = await import('vite').catch(() => {
    throw new UsageError('--host chromium bundles a page with Vite, which is not installed: add vite');
  });
  const result = await build({
    configFile: false,
    root: dirname(entry),
    logLevel: 'error',
    resolve: { conditions: ['@taimatsu/source', 'module', 'browser', 'development|production'] },
    build: {
      write: false,
      minify: false,
      target: 'esnext',
      modulePreload: false,
      rollupOptions: {
        input: entry,
        // What only Node has is asked for behind checks that a page does not pass.
        external: [/^node:/, 'webgpu'],
        output: { entryFileNames: 'page.js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  });
  const outputs = Array.isArray(result) ? result : [result];
  const files = new Map<string, string | Uint8Array>();
  for (const one of outputs) {
    if (!('output' in one)) continue;
    for (const file of one.output) files.set(file.fileName, file.type === 'chunk' ? file.code : file.source);
  }
  return files;
}
