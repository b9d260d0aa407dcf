/** What each scalar operation means for a bool. */
export const boolOps: { readonly [name: string]: (a: boolean, b: boolean) => boolean } = {
  max: (a, b) => a || b,
  min: (a, b) => a && b,
  and: (a, b) => a && b,
  or: (a, b) => a || b,
  xor: (a, b) => a !== b,
  not: (a) => !a,
  eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
  lt: (a, b) => !a && b,
  le: (a, b) => !a || b,
};
