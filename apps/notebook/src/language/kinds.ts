import type { AnyNode, Expression } from 'acorn';

/** What operators mean for a value: JavaScript's own meaning for plain ones, tensor operations for tensors. */
export type Kind = 'plain' | 'tensor';

/** Names whose kind is known; every other name is taken for a tensor. */
export type Kinds = Map<string, Kind>;

/** Properties and methods of tensors (and of everything else) that give numbers, texts or flags. */
const plainMembers: ReadonlySet<string> = new Set(
  (
    'shape length ndim dtype device requiresGrad isLeaf retainsGrad version name gradFn backend ' +
    'item itemAsync tolist tolistAsync numel dim size stride elementSize isContiguous toString toStringAsync'
  ).split(' '),
);

const plainObjects: ReadonlySet<string> = new Set([
  'Math',
  'Number',
  'String',
  'JSON',
  'Date',
  'performance',
]);
const plainFunctions: ReadonlySet<string> = new Set([
  'Number',
  'String',
  'Boolean',
  'parseInt',
  'parseFloat',
]);
const plainNames: ReadonlySet<string> = new Set(['undefined', 'NaN', 'Infinity']);

/** A number is what is written as one, or computed from such alone; what cannot be told is taken for a tensor. */
export function kindOf(node: AnyNode, kinds: Kinds): Kind {
  const all = (...parts: readonly (AnyNode | null)[]): Kind =>
    parts.every((part) => part === null || kindOf(part, kinds) === 'plain') ? 'plain' : 'tensor';
  switch (node.type) {
    case 'Identifier':
      return kinds.get(node.name) ?? (plainNames.has(node.name) ? 'plain' : 'tensor');
    case 'ParenthesizedExpression':
      return all(node.expression);
    case 'UnaryExpression':
      return '-+~'.includes(node.operator) ? all(node.argument) : 'plain';
    case 'BinaryExpression':
      return /^(?:[!=]==|in|instanceof)$/.test(node.operator) ? 'plain' : all(node.left, node.right);
    case 'LogicalExpression':
      return all(node.left, node.right);
    case 'ConditionalExpression':
      return all(node.consequent, node.alternate);
    case 'AssignmentExpression':
      return all(node.right);
    case 'AwaitExpression':
      return all(node.argument);
    case 'SequenceExpression':
      return all(node.expressions.at(-1)!);
    case 'CallExpression':
      return node.callee.type === 'Identifier' && plainFunctions.has(node.callee.name)
        ? 'plain'
        : node.callee.type === 'MemberExpression'
          ? kindOf(node.callee, kinds)
          : 'tensor';
    case 'MemberExpression':
      return isPlainMember(node.object as Expression, node.property as Expression, node.computed)
        ? 'plain'
        : 'tensor';
    case 'NewExpression':
      return 'tensor';
    default:
      return 'plain'; // literals, templates, arrays, objects, functions
  }
}

/** `x.ndim`, `x.shape[0]`, `Math.PI`. */
function isPlainMember(object: Expression, property: Expression, computed: boolean): boolean {
  if (object.type === 'Identifier' && plainObjects.has(object.name)) return true;
  if (!computed) return property.type === 'Identifier' && plainMembers.has(property.name);
  return (
    object.type === 'MemberExpression' &&
    object.property.type === 'Identifier' &&
    object.property.name === 'shape'
  );
}
