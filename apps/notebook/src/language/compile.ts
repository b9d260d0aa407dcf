import {
  type AnyNode,
  type Identifier,
  type ImportDeclaration,
  type Program,
  parse,
  type Statement,
} from 'acorn';
import { childrenOf, Emitter } from './emitter.ts';
import type { Kind, Kinds } from './kinds.ts';

/** A cell in the two forms it stands for. */
export interface Compiled {
  /** The body of an asynchronous function whose free names are the notebook's. */
  readonly run: string;
  /** The same as plain TypeScript. */
  readonly typescript: string;
  /** What is now known of the notebook's names. */
  readonly kinds: ReadonlyMap<string, Kind>;
}

/**
 * Compiles a cell. `known` are the names that earlier cells have set.
 * @throws SyntaxError
 */
export function compile(source: string, known: ReadonlyMap<string, Kind> = new Map()): Compiled {
  const program = parse(source, {
    ecmaVersion: 'latest',
    sourceType: 'module',
    allowAwaitOutsideFunction: true,
    preserveParens: true,
  });
  const kinds: Kinds = new Map(known);
  const typescript = new Typed(source, kinds).program(program, known);
  const run = new Running(source, new Map(known)).emit(program);
  return { run, typescript, kinds };
}

/** The names that a program uses, each once, in the order of their last use. */
export function namesIn(source: string): readonly string[] {
  const plain = source.replace(/\/\/.*|'[^'\n]*'/g, '');
  const words = Array.from(plain.matchAll(/(?<![.\w$])[A-Za-z_$][\w$]*/g), ([word]) => word);
  return words.filter((word, i) => !words.includes(word, i + 1));
}

/** As TypeScript: a name is declared where it is first assigned. */
class Typed extends Emitter {
  program(program: Program, known: ReadonlyMap<string, Kind>): string {
    const seen = new Set([...known.keys(), ...program.body.flatMap(declaredBy)]);
    const firsts = new Set<AnyNode>();
    for (const statement of program.body) {
      const name = assignedBy(statement);
      if (name === undefined || seen.has(name)) continue;
      seen.add(name);
      firsts.add(statement);
    }
    const inner = [...new Set(program.body.flatMap(assignedWithin))].filter((name) => !seen.has(name));
    const declared = inner.length === 0 ? '' : `let ${inner.join(', ')};\n`;
    const write = (node: AnyNode): string => (firsts.has(node) ? `let ${this.emit(node)}` : this.emit(node));
    return declared + this.verbatim(program, write);
  }
}

/** As it runs: what a cell declares belongs to the notebook, and the value of its last expression is the cell's. */
class Running extends Emitter {
  override emit(node: AnyNode): string {
    if (node.type !== 'Program') return super.emit(node);
    const last = node.body.at(-1);
    return this.verbatim(node, (child) => this.statement(child as Statement, child === last));
  }

  private statement(node: AnyNode, isLast: boolean): string {
    switch (node.type) {
      case 'ImportDeclaration':
        return importCall(node);
      case 'VariableDeclaration':
        return node.declarations
          .map((one) => `;(${one.init ? this.emit(one) : `${this.emit(one)} = undefined`})`)
          .join('');
      case 'FunctionDeclaration':
      case 'ClassDeclaration':
        return `;${node.id!.name} = ${this.emit(node)};`;
      case 'ExpressionStatement':
        return isLast ? `return (${super.emit(node).replace(/;\s*$/, '')}\n)` : super.emit(node);
      default:
        return super.emit(node);
    }
  }
}

function importCall({ source, specifiers }: ImportDeclaration): string {
  const module = `await load(${JSON.stringify(source.value)})`;
  const all = specifiers.find(({ type }) => type === 'ImportNamespaceSpecifier');
  if (all !== undefined) return `;${all.local.name} = ${module};`;
  const names = specifiers.map((one) => {
    const imported = one.type === 'ImportSpecifier' ? (one.imported as Identifier).name : 'default';
    return `${imported}: ${one.local.name}`;
  });
  return `;({ ${names.join(', ')} } = ${module});`;
}

function assignedBy(node: AnyNode): string | undefined {
  if (node.type === 'ExpressionStatement') return assignedBy(node.expression);
  return node.type === 'AssignmentExpression' && node.operator === '=' && node.left.type === 'Identifier'
    ? node.left.name
    : undefined;
}

/** Names assigned anywhere below a node. */
function assignedWithin(node: AnyNode): string[] {
  return [assignedBy(node), ...childrenOf(node).flatMap(assignedWithin)].filter((name) => name !== undefined);
}

function declaredBy(node: AnyNode): string[] {
  if (node.type === 'VariableDeclaration') {
    return node.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
  }
  if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') return [node.id?.name ?? ''];
  return node.type === 'ImportDeclaration' ? node.specifiers.map(({ local }) => local.name) : [];
}
