import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';
import { rooms } from './tools/rooms.mjs';

/** What packages may import that the generators made. They are tagged `kind:connector` or `kind:viewer`. */
const anyConnector = ['connector-core', 'config-core', 'oauth2-client', 'tls-stores'];
const anyViewer = ['connector-core', 'config-core'];

const roomsByTag = [
  ...Object.entries(rooms).map(([room, { imports }]) => [`room:${room}`, [room, ...imports]]),
  ['kind:connector', anyConnector],
  ['kind:viewer', anyViewer],
];
const depConstraints = roomsByTag.map(([sourceTag, may]) => ({
  sourceTag,
  onlyDependOnLibsWithTags: may.map((name) => `room:${name}`),
}));
/** Tests may also use the test kit and the real servers. */
const testConstraints = roomsByTag.map(([sourceTag, may]) => ({
  sourceTag,
  onlyDependOnLibsWithTags: [...new Set([...may, 'connector-testkit', 'demo-archive', 'test-services'])].map(
    (name) => `room:${name}`,
  ),
}));

const boundaries = (constraints) => ({
  '@nx/enforce-module-boundaries': [
    'error',
    { allow: [], enforceBuildableLibDependency: true, depConstraints: constraints },
  ],
});

/** The only files that signal a process. Each checks that it has started and has not ended: its number may be someone else's. */
const signallers = [
  'packages/connector-db/src/engines/end-process.ts',
  'tools/signal-process.mjs',
  'tools/test-services/src/process.ts',
];
const noSignals = {
  // A process may signal itself.
  selector:
    "CallExpression[callee.property.name='kill']:not([arguments.0.object.name='process'][arguments.0.property.name='pid'])",
  message: `Node.js also signals a process that never started. Use one of ${signallers.join(', ')}.`,
};
/** An error table makes codes, so that each is on the page of errors. */
const noCodesByHand = {
  selector: "TSAsExpression[typeAnnotation.typeName.name='ErrorCode']",
  message: 'Add the code to the error-codes.ts of this package and take it from there.',
};
/** Jest's limit ends what hangs (jest.config.mjs). A limit of its own would end a test or a hook that a busy machine makes slow. */
const noLimits = [
  'CallExpression[callee.name=/^(before|after)(All|Each)$/][arguments.length>1]',
  'CallExpression[callee.name=/^(it|test)$/][arguments.length>2]',
  'CallExpression[callee.object.name=/^(it|test)$/][callee.property.name!="each"][arguments.length>2]',
  'CallExpression[callee.callee.object.name=/^(it|test)$/][arguments.length>2]',
  'CallExpression[callee.tag.object.name=/^(it|test)$/][arguments.length>2]',
  'CallExpression[callee.object.name="jest"][callee.property.name="setTimeout"]',
].map((selector) => ({ selector, message: 'No limit of its own: testTimeout of jest.config.mjs holds for all.' }));

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.nx/**', 'reports/**', 'coverage/**'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  { plugins: { '@nx': nx } },
  {
    files: ['**/*.ts'],
    // Examples import packages as their users do.
    ignores: ['**/*.spec.ts', '**/src/testing/**', 'packages/*/examples/**'],
    rules: boundaries(depConstraints),
  },
  { files: ['**/*.spec.ts', '**/src/testing/**/*.ts'], rules: boundaries(testConstraints) },
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { experimentalDecorators: true, emitDecoratorMetadata: true } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
    },
  },
  {
    files: ['**/*.ts', '**/*.mjs', '**/*.js'],
    ignores: signallers,
    rules: { 'no-restricted-syntax': ['error', noSignals, noCodesByHand] },
  },
  { files: ['**/*.spec.ts'], rules: { 'no-restricted-syntax': ['error', noSignals, noCodesByHand, ...noLimits] } },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        fetch: 'readonly',
        Buffer: 'readonly',
        performance: 'readonly',
        AbortSignal: 'readonly',
        setImmediate: 'readonly',
      },
    },
  },
  prettier,
);
