/** Functions that a kernel's text may call; those that it does are put in front of it. */
export const helpers: Readonly<Record<string, string>> = {
  is_nan: `fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }`,
  sign_bit: `fn sign_bit(x: f32) -> bool { return (bitcast<u32>(x) & 0x80000000u) != 0u; }`,
  is_nan4: `fn is_nan4(x: vec4<f32>) -> vec4<bool> { return (bitcast<vec4<u32>>(x) & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u); }`,
  sign_bit4: `fn sign_bit4(x: vec4<f32>) -> vec4<bool> { return (bitcast<vec4<u32>>(x) & vec4<u32>(0x80000000u)) != vec4<u32>(0u); }`,
  // What memory would give back: without it, compilers may fuse a product with a sum that comes after, which rounds differently.
  as_stored: `fn as_stored(x: vec4<f32>) -> vec4<f32> { return bitcast<vec4<f32>>(bitcast<vec4<u32>>(x) ^ vec4<u32>(zero_bits())); }`,
  next_after: `fn next_after(a: f32, b: f32) -> f32 {
  if (is_nan(a) || is_nan(b)) { return nan_value(); }
  if (a == b) { return b; }
  if (a == 0f) { return bitcast<f32>(select(0x80000001u, 1u, b > 0f)); }
  let bits = bitcast<i32>(a);
  return bitcast<f32>(select(bits - 1, bits + 1, (b > a) == (a > 0f)));
}`,
  int_pow: `fn int_pow(a: i32, b: i32) -> i32 {
  if (b < 0) { return select(select(0, select(-1, 1, (b & 1) == 0), a == -1), 1, a == 1); }
  var result = 1;
  var base = a;
  for (var e = u32(b); e != 0u; e = e >> 1u) {
    if ((e & 1u) != 0u) { result *= base; }
    base *= base;
  }
  return result;
}`,
  int_gcd: `fn int_gcd(a: i32, b: i32) -> i32 {
  var x = u32(abs(a));
  var y = u32(abs(b));
  while (y != 0u) { let r = x % y; x = y; y = r; }
  return i32(x);
}`,
  // Half to even at the last bit that float16 keeps; below its smallest normal number that bit has a fixed place.
  round_f16: `fn round_f16(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  let size = bits & 0x7fffffffu;
  if (size >= 0x7f800000u) { return x; }
  if (size < 0x38800000u) {
    let whole = abs(x) * 16777216f;
    let down = floor(whole);
    let rest = whole - down;
    let odd = (u32(down) & 1u) != 0u;
    let near = select(down, down + 1f, rest > 0.5f || (rest == 0.5f && odd)) / 16777216f;
    return bitcast<f32>(bitcast<u32>(near) | (bits & 0x80000000u));
  }
  let kept = (size + 0xfffu + ((size >> 13u) & 1u)) & 0xffffe000u;
  return bitcast<f32>(select(kept, bitcast<u32>(infinity_value()), kept > 0x477fe000u) | (bits & 0x80000000u));
}`,
  round_bf16: `fn round_bf16(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) { return x; }
  return bitcast<f32>((bits + 0x7fffu + ((bits >> 16u) & 1u)) & 0xffff0000u);
}`,
  // Beyond where core's lowering reduces angles: x 2/π from as many digits of 2/π as any float32 needs (Payne and Hanek).
  far_turn: `fn far_turn(x: f32) -> vec2<f32> {
  let bits = bitcast<u32>(x);
  let e = max((bits >> 23u) & 255u, 128u) - 128u;
  let a = (bits << 8u) | 0x80000000u;
  var digits = array<u32, 6>(0x3c439041u, 0xdb629599u, 0xf534ddc0u, 0xfc2757d1u, 0x4e441529u, 0xa2f9836eu);
  var product: array<u32, 7>;
  var carry = 0u;
  for (var i = 0u; i < 6u; i++) {
    let low = a * digits[i];
    let sum = low + carry;
    product[i] = sum;
    carry = high_product(a, digits[i]) + select(0u, 1u, sum < low);
  }
  product[6] = carry;
  let word = min(e >> 5u, 3u);
  let shift = e & 31u;
  var high = product[6u - word];
  var low = product[5u - word];
  if (shift != 0u) {
    high = (high << shift) | (low >> (32u - shift));
    low = (low << shift) | (product[4u - word] >> (32u - shift));
  }
  var quadrant = high >> 30u;
  high = (high << 2u) | (low >> 30u);
  low = low << 2u;
  let up = (high >> 31u) != 0u;
  if (up) {
    quadrant += 1u;
    low = ~low + 1u;
    high = ~high + select(0u, 1u, low == 0u);
  }
  let size = (f32(high) * 2.3283064365386963e-10f + f32(low) * 5.421010862427522e-20f) * 1.5707963267948966f;
  let back = sign_bit(x);
  return vec2<f32>(select(size, -size, up != back), f32(select(quadrant, 4u - quadrant, back) & 3u));
}`,
  high_product: `fn high_product(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let left = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let right = (a & 0xffffu) * (b >> 16u) + (left & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (left >> 16u) + (right >> 16u);
}`,
  far_sin: `fn far_sin(x: f32) -> f32 {
  let t = far_turn(x);
  let value = select(near_sin(t.x), near_cos(t.x), t.y == 1f || t.y == 3f);
  return select(value, -value, t.y >= 2f);
}`,
  far_cos: `fn far_cos(x: f32) -> f32 {
  let t = far_turn(x);
  let value = select(near_cos(t.x), near_sin(t.x), t.y == 1f || t.y == 3f);
  return select(value, -value, t.y == 1f || t.y == 2f);
}`,
  near_sin: `fn near_sin(r: f32) -> f32 {
  let s = r * r;
  return r + ((-1.9515295891e-4f * s + 8.3321608736e-3f) * s - 1.6666654611e-1f) * s * r;
}`,
  near_cos: `fn near_cos(r: f32) -> f32 {
  let s = r * r;
  return 1f - s * 0.5f + ((2.443315711809948e-5f * s - 1.388731625493765e-3f) * s + 4.166664568298827e-2f) * s * s;
}`,
  // The order of the bits is that of the numbers; both zeros are one, NaN is above all.
  order_f32: `fn order_f32(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  let size = bits & 0x7fffffffu;
  if (size > 0x7f800000u) { return 0xffffffffu; }
  if (size == 0u) { return 0x80000000u; }
  return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}`,
  order_i32: `fn order_i32(x: i32) -> u32 { return bitcast<u32>(x) ^ 0x80000000u; }`,
};

/** The helpers that `text` calls, directly or through others, each before what calls it. */
export function helpersFor(text: string): string {
  const wanted: string[] = [];
  const add = (own: string): void => {
    for (const [name, body] of Object.entries(helpers)) {
      if (body === own || wanted.includes(name) || !own.includes(`${name}(`)) continue;
      add(body);
      wanted.push(name);
    }
  };
  add(text);
  return wanted.map((name) => helpers[name]).join('\n');
}
