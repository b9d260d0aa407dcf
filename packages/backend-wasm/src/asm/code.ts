const scratch = new DataView(new ArrayBuffer(8));

/** A growing run of bytes with WebAssembly's number encodings. */
export class Code {
  private bytes: Uint8Array<ArrayBuffer> = new Uint8Array(256);
  private size = 0;

  get length(): number {
    return this.size;
  }

  u8(byte: number): this {
    if (this.size === this.bytes.length) this.grow(1);
    this.bytes[this.size++] = byte;
    return this;
  }

  /** Unsigned LEB128 of 32 bits. */
  u32(value: number): this {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      this.u8((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.u8(rest);
  }

  /** Signed LEB128 of 32 bits. */
  i32(value: number): this {
    let rest = value | 0;
    while (rest < -0x40 || rest > 0x3f) {
      this.u8((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    return this.u8(rest & 0x7f);
  }

  /** Signed LEB128 of 64 bits. */
  i64(value: bigint): this {
    let rest = BigInt.asIntN(64, value);
    while (rest < -0x40n || rest > 0x3fn) {
      this.u8(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    return this.u8(Number(rest & 0x7fn));
  }

  f32(value: number): this {
    scratch.setFloat32(0, value, true);
    return this.raw(4);
  }

  f64(value: number): this {
    scratch.setFloat64(0, value, true);
    return this.raw(8);
  }

  text(value: string): this {
    const bytes = new TextEncoder().encode(value);
    return this.u32(bytes.length).append(bytes);
  }

  append(other: Code | Uint8Array): this {
    const bytes = other instanceof Code ? other.view() : other;
    if (this.size + bytes.length > this.bytes.length) this.grow(bytes.length);
    this.bytes.set(bytes, this.size);
    this.size += bytes.length;
    return this;
  }

  /** The bytes so far, valid until the next write. */
  view(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.size);
  }

  private raw(count: number): this {
    for (let i = 0; i < count; i++) this.u8(scratch.getUint8(i));
    return this;
  }

  private grow(least: number): void {
    const bytes = new Uint8Array(Math.max(this.bytes.length * 2, this.size + least));
    bytes.set(this.bytes);
    this.bytes = bytes;
  }
}
