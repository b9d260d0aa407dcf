import {
  roundToBFloat16 as bf16,
  roundToFloat16 as f16,
  fromBFloat16Bits,
  fromFloat16Bits,
  toBFloat16Bits,
  toFloat16Bits,
} from '../dtype/index.ts';
import { fma32, fma64 } from './math/fma.ts';
import { log } from './math/log.ts';
import { type SineCosine, sineCosine } from './math/trigonometry.ts';

const fround = Math.fround;
const angle: SineCosine = { sine: 0, cosine: 0 };

/** What `blockFloat32` does, for float64, with the C library's functions. */
export function blockFloat64(data: Float64Array, start: number, mean: number, std: number): void {
  for (let i = start; i < start + 8; i++) {
    const radius = Math.sqrt(-2 * log(1 - (data[i] as number)));
    sineCosine(2 * Math.PI * (data[i + 8] as number), angle);
    data[i] = fma64(radius * angle.cosine, std, mean);
    data[i + 8] = fma64(radius * angle.sine, std, mean);
  }
}

/** For float16: radius and angle are rounded to it, everything else is float32 with the C library's functions. */
export function blockFloat16(data: Uint16Array, start: number, mean: number, std: number): void {
  for (let i = start; i < start + 8; i++) {
    const u1 = 1 - fromFloat16Bits(data[i] as number);
    const radius = f16(Math.sqrt(-2 * fround(Math.log(u1))));
    const theta = f16(2 * Math.PI * fromFloat16Bits(data[i + 8] as number));
    data[i] = toFloat16Bits(fma32(fround(radius * fround(Math.cos(theta))), std, mean));
    data[i + 8] = toFloat16Bits(fma32(fround(radius * fround(Math.sin(theta))), std, mean));
  }
}

/** For bfloat16: every step is rounded to it. */
export function blockBFloat16(data: Uint16Array, start: number, mean: number, std: number): void {
  for (let i = start; i < start + 8; i++) {
    const u1 = 1 - fromBFloat16Bits(data[i] as number);
    const radius = bf16(Math.sqrt(-2 * bf16(Math.log(u1))));
    const theta = bf16(2 * Math.PI * fromBFloat16Bits(data[i + 8] as number));
    data[i] = toBFloat16Bits(bf16(bf16(radius * bf16(Math.cos(theta))) * std) + mean);
    data[i + 8] = toBFloat16Bits(bf16(bf16(radius * bf16(Math.sin(theta))) * std) + mean);
  }
}
