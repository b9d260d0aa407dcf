// What every JavaScript host offers beyond ECMAScript, as far as core and the reference backend use it.
// They see this file instead of the DOM's or Node's types, so that they run anywhere.

declare const console: {
  log(...data: unknown[]): void;
  warn(...data: unknown[]): void;
  error(...data: unknown[]): void;
};

declare class TextEncoder {
  encode(input?: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  constructor(label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean });
  decode(input?: ArrayBufferLike | ArrayBufferView): string;
}

declare const performance: { now(): number };

declare const crypto: {
  getRandomValues<T extends Int8Array | Uint8Array | Int32Array | Uint32Array>(array: T): T;
};

declare function queueMicrotask(callback: () => void): void;
