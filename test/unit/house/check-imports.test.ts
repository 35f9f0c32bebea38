import { describe, expect, it } from 'vitest';
import { checkImports } from '../../../scripts/check-imports.mjs';

const check = (files: Record<string, string>) => checkImports(new Map(Object.entries(files)));

describe('the import check', () => {
  it('lets a room import from lower floors and from itself', () => {
    const files = {
      'optim/adam.ts': `import { a } from '../tensor/a.js';\nimport { b } from './b.js';\nimport 'zod';`,
      'tensor/a.ts': `import { ConfigError } from '../errors.js';`,
      'cli/main.ts': `import { parse } from '../config/parse.js';\nawait import('../launch/run.js');`,
      'transport/socket.ts': `import { WebSocket } from 'ws';\nimport fs from 'node:fs';`,
      'model/lstm.ts': `import type * as tf from '@tensorflow/tfjs';\ntype Tf = typeof import('@tensorflow/tfjs');`,
      'backend/load.ts': `const tf = require('@tensorflow/tfjs');`,
    };
    expect(check(files)).toEqual([]);
  });

  it.each([
    ['a higher floor', 'tensor/a.ts', `import { b } from '../optim/b.js';`, /optim is on a higher floor than tensor/],
    ['a higher floor, as a type', 'tensor/a.ts', `import type { B } from '../optim/b.js';`, /higher floor/],
    ['a higher floor, re-exported', 'tensor/a.ts', `export * from '../optim/b.js';`, /higher floor/],
    ['a higher floor, dynamically', 'tensor/a.ts', `await import('../optim/b.js');`, /higher floor/],
    ['a higher floor, over lines', 'tensor/a.ts', `import {\n  b,\n  c,\n} from '../optim/b.js';`, /higher floor/],
    ['a sibling room', 'optim/a.ts', `import { b } from '../params/b.js';`, /only types may be imported/],
    ['the other side', 'worker/a.ts', `import type { B } from '../coordinator/b.js';`, /never import each other/],
    ['the public face', 'cli/a.ts', `import { b } from '../index.js';`, /public face/],
    ['ws', 'coordinator/a.ts', `import { WebSocket } from 'ws';`, /only the room transport/],
    ['tfjs', 'model/a.ts', `import * as tf from '@tensorflow/tfjs';`, /only the room backend loads tfjs/],
    ['a module of Node', 'optim/a.ts', `import { createHash } from 'node:crypto';`, /runs in a browser too/],
    ['a module of Node in a core', 'worker/core/a.ts', `import fs from 'node:fs';`, /runs in a browser too/],
    ['Buffer', 'collective/a.ts', `const view = Buffer.alloc(4);`, /uses Buffer/],
    ['an unknown room', 'helpers/a.ts', `export const a = 1;`, /the room helpers has no floor/],
  ])('finds an import of %s', (_name, path, text, message) => {
    const violations = check({ [path]: text });
    expect(violations).toHaveLength(1);
    expect(violations[0]).toMatch(message);
    expect(violations[0]).toContain(`src/${path}`);
  });

  it('allows types of a sibling room', () => {
    expect(check({ 'optim/a.ts': `import type { B } from '../params/b.js';` })).toEqual([]);
  });

  it('takes no word in a comment for an import, and ArrayBuffer not for Buffer', () => {
    const text = `// import { b } from '../optim/b.js';\n/* Buffer */\nconst a = new ArrayBuffer(4); // no Buffer here`;
    expect(check({ 'tensor/a.ts': text })).toEqual([]);
  });

  it('names the files of a cycle, and counts no type import as one', () => {
    const cycle = {
      'optim/a.ts': `import { b } from './b.js';`,
      'optim/b.ts': `import { c } from './c.js';`,
      'optim/c.ts': `import { a } from './a.js';`,
    };
    expect(check(cycle)).toEqual([
      'import cycle: src/optim/a.ts -> src/optim/b.ts -> src/optim/c.ts -> src/optim/a.ts',
    ]);
    expect(check({ ...cycle, 'optim/c.ts': `import type { A } from './a.js';` })).toEqual([]);
  });
});
