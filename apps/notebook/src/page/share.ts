import type { BackendName } from '../protocol.ts';

/** What a link carries: the cells that differ from the document's, and the backend. */
export interface Shared {
  readonly backend: BackendName;
  /** Code by cell id. */
  readonly cells: Readonly<Record<string, string>>;
}

/** A fragment for a link: compressed, in letters that links may have. */
export async function toFragment(shared: Shared): Promise<string> {
  const bytes = await through(
    new CompressionStream('deflate-raw'),
    new TextEncoder().encode(JSON.stringify(shared)),
  );
  const text = btoa(String.fromCharCode(...bytes));
  return `#n=${text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

/** What a link's fragment carries; undefined when there is none, or none that can be read. */
export async function fromFragment(fragment: string): Promise<Shared | undefined> {
  const text = /^#n=([\w-]+)$/.exec(fragment)?.[1];
  if (text === undefined) return undefined;
  try {
    const packed = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) =>
      c.charCodeAt(0),
    );
    return JSON.parse(
      new TextDecoder().decode(await through(new DecompressionStream('deflate-raw'), packed)),
    );
  } catch {
    return undefined;
  }
}

async function through(
  transform: CompressionStream | DecompressionStream,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(transform);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
