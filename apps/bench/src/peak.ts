/** Multiply-adds of one run of {@link peakKernel}, as floating-point operations. */
export const peakFlops: number = 2 * 4 * 12 * 4 * 65536;

/**
 * Twelve independent chains of 128-bit multiply-adds in registers, 65,536 rounds of four: the rate that no kernel in
 * WebAssembly can exceed on one thread. With relaxed SIMD's one instruction where the engine has it.
 */
export async function peakKernel(): Promise<{ readonly run: () => number; readonly relaxed: boolean }> {
  const relaxed = WebAssembly.validate(moduleBytes(true));
  const { instance } = await WebAssembly.instantiate(moduleBytes(relaxed));
  return { run: instance.exports.run as () => number, relaxed };
}

const chains = 12;

function moduleBytes(relaxed: boolean): Uint8Array<ArrayBuffer> {
  const section = (id: number, ...body: number[]): number[] => [id, ...leb(body.length), ...body];
  const [get, set, simd] = [0x20, 0x21, 0xfd];
  const splat = (value: number): number[] => [
    0x43,
    ...new Uint8Array(Float32Array.of(value).buffer),
    simd,
    0x13,
  ];
  const [x, y, counter] = [chains, chains + 1, chains + 2];
  const multiplyAdd = relaxed
    ? [get, x, get, y, simd, ...leb(0x105)]
    : [get, x, simd, ...leb(0xe6), get, y, simd, ...leb(0xe4)];
  const once = Array.from({ length: chains }, (_, i) => [get, i, ...multiplyAdd, set, i]).flat();
  const code = [
    ...leb(2),
    ...[chains + 2, 0x7b],
    ...[1, 0x7f],
    ...[...splat(0.999), set, x, ...splat(1e-3), set, y],
    ...[0x41, ...leb(65536), set, counter],
    ...[0x03, 0x40, ...once, ...once, ...once, ...once],
    ...[get, counter, 0x41, 1, 0x6b, 0x22, counter, 0x0d, 0, 0x0b],
    ...[get, 0],
    ...Array.from({ length: chains - 1 }, (_, i) => [get, i + 1, simd, ...leb(0xe4)]).flat(),
    ...[simd, 0x1f, 0, 0x0b],
  ];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, 0, 1, 0x7d),
    ...section(3, 1, 0),
    ...section(7, 1, 3, ...new TextEncoder().encode('run'), 0, 0),
    ...section(10, 1, ...leb(code.length), ...code),
  ]);
}

/** A number in WebAssembly's own variable length. The counter's start is even and positive, so signed and unsigned agree. */
function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}
