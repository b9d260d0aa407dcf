// Who may import whom. Checked by `pnpm check` (step `boundaries`).

/** Core's staircase: a layer is a folder or file of packages/core/src and imports only from layers before it. */
const staircase = [
  ['errors'],
  ['dtype'],
  ['shape', 'print', 'linalg'],
  ['scalar'],
  ['kernel'],
  ['backend'],
  ['tensor'],
  ['autograd'],
  ['dispatch'],
  ['extend'],
  ['rng', 'ops'],
  ['functional'],
  ['transforms'],
  ['api'],
  ['index'],
];

/** Whether `import type` must climb the staircase too. */
const typesClimbToo = false;

const unlessType = typesClimbToo ? {} : { dependencyTypesNot: ['type-only'] };
const layer = (names) => `^packages/core/src/(?:${names.join('|')})(?:/|\\.ts$)`;

const stairs = staircase.slice(0, -1).map((names, step) => ({
  name: `core-${names.join('-')}`,
  comment: `${names.join(', ')} may import only what stands before: ${staircase.slice(0, step).flat().join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: layer(names) },
  to: { path: layer(staircase.slice(step + 1).flat()), ...unlessType },
}));

/** Workspace packages seen from outside: by their entry points only, never by a path into their sources. */
const outside = (path, allowed, comment) => ({
  name: `packages-${path.replace(/\W+/g, '-')}`,
  comment,
  severity: 'error',
  from: { path: `^${path}/src/` },
  to: { path: '^(?:packages|conformance|apps|tools)/', pathNot: [`^${path}/`, ...allowed] },
});

const core = '^packages/core/src/index\\.ts$';
const coreBackend = '^packages/core/src/backend/index\\.ts$';
const backends = '^packages/backend-[a-z]+/src/index\\.ts$';
const entries = '^(?:packages/[a-z-]+|conformance)/src/(?:(?:backend|extend|host|notebook)/)?index\\.ts$';
const present = ['backend-cpu', 'backend-wasm', 'backend-gpu', 'backend-webgpu'];

export default {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'A cycle at run time; break it, or make one of its imports `import type`.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'unresolved',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'core-has-every-layer',
      comment:
        'A file of core belongs to a layer: add the folder to the staircase in .dependency-cruiser.mjs.',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: layer(staircase.flat()) },
      to: {},
    },
    ...stairs,
    {
      name: 'core-depends-on-nothing',
      comment: 'core has no run-time dependency, not even on Node.',
      severity: 'error',
      from: { path: '^packages/core/src/' },
      to: { pathNot: '^packages/core/src/', couldNotResolve: false },
    },
    ...present.map((name) =>
      outside(
        `packages/${name}`,
        [coreBackend],
        `${name} knows @taimatsu/core/backend and no other package.`,
      ),
    ),
    outside('packages/taimatsu', [core, backends], 'taimatsu puts packages together by their entry points.'),
    outside('packages/nn', [core], 'nn is written on core alone.'),
    ...['optim', 'data', 'io'].map((name) =>
      outside(`packages/${name}`, [core], `${name} knows core alone.`),
    ),
    outside('conformance', [entries], 'conformance uses public entry points only.'),
    outside('apps/[a-z-]+', [entries], 'apps use published entry points only.'),
    {
      name: 'conformance-loads-backends-lazily',
      comment: 'Import a backend with `await import(...)`, so that the suite runs where others cannot load.',
      severity: 'error',
      from: { path: '^conformance/src/' },
      to: { path: '^packages/backend-', dependencyTypesNot: ['dynamic-import', 'type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    preserveSymlinks: false,
    builtInModules: { add: [] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@taimatsu/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json', '.d.ts'],
    },
  },
};
