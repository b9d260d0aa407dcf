import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { assemble, codeToRun } from '../../src/scenario/assemble.ts';
import { levels, type SuiteFile } from '../../src/scenario/schema.ts';
import { loadSuite, suiteFiles } from '../../src/suite.ts';

const schema = JSON.parse(readFileSync(new URL('../../suite/schema.json', import.meta.url), 'utf8'));
const validate = new Ajv2020({ allErrors: true }).compile(schema);

describe('the suite', () => {
  it.each([...suiteFiles()])('%s is valid', (_, file) => {
    validate(file);
    expect(validate.errors).toBeNull();
  });

  it('has the levels of the schema', () => {
    expect(schema.properties.level.enum).toEqual(levels);
  });

  it('hangs together, and has the seed notebook in the order of execution', () => {
    const seed = loadSuite().find(({ id }) => id === 'notebook/seed');
    const cells = ['1', '3', '9', '10', '11', '12', '13', '14', '15', '18', '20', '21', '22', '23'];
    expect(seed?.cells.map(({ id }) => id)).toEqual(cells);
    expect(seed?.cells.filter(({ hidden }) => hidden === true).map(({ id }) => id)).toEqual(['13']);
  });

  it('replaces the unseeded draw of the seed notebook and of no other', () => {
    for (const { id, cells } of loadSuite().filter(({ level }) => level === 'notebook')) {
      const code = codeToRun(cells.find((cell) => cell.id === '18')!);
      expect(code.includes('randn')).toBe(id !== 'notebook/seed');
    }
  });
});

describe('the schema refuses', () => {
  const file = [...suiteFiles().values()][0]!;
  const [entry] = file.scenarios;
  it.each<[string, unknown]>([
    ['a scenario without an expectation', { ...file, scenarios: [{ ...entry, expect: undefined }] }],
    ['an unknown level', { ...file, level: 'nightly' }],
    ['an id that is not a path', { ...file, scenarios: [{ ...entry, id: 'Add' }] }],
    ['an untyped tag', { ...file, scenarios: [{ ...entry, tags: ['add'] }] }],
    [
      'both cells and a program',
      { ...file, scenarios: [{ ...entry, cells: [{ id: '1', code: 'x' }], program: 'p' }] },
    ],
    ['no provenance', { ...file, provenance: undefined }],
  ])('%s', (_, broken) => {
    expect(validate(JSON.parse(JSON.stringify(broken)))).toBe(false);
  });
});

describe('assembling refuses', () => {
  const cells = [{ id: '1', code: 'print(1)' }];
  const base: SuiteFile = {
    format: 1,
    level: 'smoke',
    provenance: { source: 'by hand', date: '2026' },
    scenarios: [{ id: 'smoke/one', title: 'one', cells, expect: { 1: { output: '1' } } }],
  };
  const [entry] = base.scenarios;
  const entryWith = (changes: object): SuiteFile => ({ ...base, scenarios: [{ ...entry!, ...changes }] });

  it.each<[string, readonly SuiteFile[], RegExp]>([
    ['an id used twice', [base, base], /smoke\/one is the id of two scenarios/],
    ['a cell that nothing is expected of', [entryWith({ expect: {} })], /expects nothing of its cell 1/],
    [
      'an expectation of no cell',
      [entryWith({ expect: { 1: { output: '1' }, 2: { output: '' } } })],
      /cell 2/,
    ],
    ['a program that does not exist', [entryWith({ cells: undefined, program: 'gone' })], /names no program/],
    [
      'a substitution of what is not there',
      [entryWith({ cells: [{ ...cells[0], substitute: { of: 'y', by: 'z', why: '' } }] })],
      /replaces what it does not contain/,
    ],
  ])('%s', (_, files, message) => {
    expect(() => assemble(files)).toThrow(message);
  });
});
