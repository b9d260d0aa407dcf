export type ScalarType = 'i32' | 'i64' | 'f32' | 'f64';
export type ValType = ScalarType | 'v128';
export type ResultType = ValType | 'void';

export const typeCode: { readonly [K in ValType]: number } = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};
