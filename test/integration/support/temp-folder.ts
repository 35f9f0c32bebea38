// A folder that lives as long as one test file.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bridle-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
