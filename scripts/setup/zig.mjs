// The compiler of the WebAssembly kernels: zig with its clang and C++ library, from a pinned wheel, kept in .bridle/zig. Only who
// changes native/ needs it: the module itself is committed.
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fetchWheel } from './python-wheel.mjs';
import { withTemporaryFolder } from './shell.mjs';

export const zigWheel = {
  name: 'ziglang',
  version: '0.17.1',
  platform: 'manylinux_2_12_x86_64',
  sha256: 'ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54',
  size: '101 MB to download, 0.5 GB on disk',
};

/**
 * Where zig lies once it is whole.
 * @param {string} project
 */
export function zigPath(project) {
  return join(project, '.bridle', 'zig', zigWheel.version, 'zig');
}

/**
 * Fetches zig unless it is there. Returns why it could not, or undefined.
 * @param {string} project
 * @returns {string | undefined}
 */
export function fetchZig(project) {
  const path = zigPath(project);
  if (existsSync(path)) return undefined;
  if (process.platform !== 'linux' || process.arch !== 'x64') return 'it is fetched on Linux x86_64 only';
  return withTemporaryFolder(project, (temporary) => {
    const problem = fetchWheel(zigWheel, ['ziglang/'], temporary);
    if (problem !== undefined) return problem;
    mkdirSync(join(path, '..', '..'), { recursive: true });
    renameSync(join(temporary, 'wheel', 'ziglang'), join(path, '..'));
    return undefined;
  });
}
