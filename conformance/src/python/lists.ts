import { NotInLanguage } from './ast.ts';
import { PyBuiltin } from './builtins.ts';

/** A method of a list. */
export function listMethod(list: unknown[], name: string): PyBuiltin {
  switch (name) {
    case 'append':
      return new PyBuiltin(([item]) => {
        list.push(item);
        return null;
      });
    case 'clear':
      return new PyBuiltin(() => {
        list.length = 0;
        return null;
      });
    default:
      throw new NotInLanguage(`list.${name}`);
  }
}
