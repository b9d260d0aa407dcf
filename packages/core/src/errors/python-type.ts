/** What Python would call the type of a JavaScript value, for error texts. */
export function pythonType(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float';
    case 'bigint':
      return 'int';
    case 'boolean':
      return 'bool';
    case 'string':
      return 'str';
    case 'undefined':
      return 'NoneType';
    case 'object':
      if (value === null) return 'NoneType';
      if (Array.isArray(value)) return 'list';
      return value.constructor === Object ? 'dict' : (value.constructor?.name ?? 'object');
    default:
      return typeof value;
  }
}
