// The packed tarball, installed into an empty project as a user does it: small, without tfjs, and running on each version of Node.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { prebuiltPackage } from '../../scripts/setup/native-kernels.mjs';
import { installedNodes } from '../../scripts/setup/node-versions.mjs';

const root = resolve(import.meta.dirname, '../..');
let project = '';

function run(command: string, args: readonly string[], cwd = project): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'bridle-package-'));
  run(process.execPath, ['scripts/setup.mjs', '--if-needed'], root);
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', project], root);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'a-user', private: true, type: 'module' }));
  const tarball = readdirSync(project).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack left no tarball');
  run('npm', ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`]);
}, 180_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

it('brings what a user needs and nothing of the workshop', () => {
  const entries = readdirSync(join(project, 'node_modules', 'bridle'));
  expect(entries).toEqual(
    expect.arrayContaining(['dist', 'proto', 'schema', 'scripts', 'README.md', 'LICENSE', 'package.json']),
  );
  expect(entries).not.toEqual(expect.arrayContaining(['src']));
  expect(entries).not.toEqual(expect.arrayContaining(['test']));
});

it('is below 1.5 MB packed, and 35 MB on disk with all that it depends on: no tfjs', () => {
  const tarball = readdirSync(project).find((name) => name.endsWith('.tgz')) ?? '';
  expect(statSync(join(project, tarball)).size).toBeLessThan(1.5e6);
  const modules = join(project, 'node_modules');
  const files = readdirSync(modules, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const numBytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  expect(numBytes).toBeLessThan(35e6);
  expect(existsSync(join(modules, '@tensorflow'))).toBe(false);
});

it('runs its command', () => {
  expect(run('npx', ['--no-install', 'bridle', '--help'])).toMatch(/Usage: bridle/);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  expect(run('npx', ['--no-install', 'bridle', '--version'])).toContain(version);
});

it('says which packages bring a backend of tfjs', () => {
  const args = ['--no-install', 'bridle', 'train', '--data', 'adding', '--backend', 'tensorflow'];
  const { status, stderr } = spawnSync('npx', args, { cwd: project, encoding: 'utf8' });
  expect(stderr).toMatch(/BACKEND_UNAVAILABLE[^]*npm install --ignore-scripts @tensorflow\/tfjs@/);
  expect(status).toBe(2);
});

it('loads no tfjs when it is imported', () => {
  const program = `
    import { createRequire } from 'node:module';
    await import('bridle');
    const loaded = Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes('@tensorflow'));
    console.log(JSON.stringify(loaded));`;
  writeFileSync(join(project, 'check.mjs'), program);
  expect(JSON.parse(run(process.execPath, ['check.mjs']))).toEqual([]);
});

it('compiles its kernels where a compiler is, and sets nothing up that the user did not ask for', () => {
  expect(setup()).not.toMatch(/TensorFlow|not available/);
  expect(run('npx', ['--no-install', 'bridle', 'doctor'])).toMatch(/^ok +backend native/m);
}, 120_000);

it('trains from a program of the project', () => {
  const program = `
    import { train } from 'bridle';
    const config = { data: { name: 'adding', length: 8 }, hiddenSize: 4, steps: 3, workers: 1 };
    const { reason, step } = await train(config).result;
    console.log(reason, step);`;
  writeFileSync(join(project, 'program.mjs'), program);
  expect(run(process.execPath, ['program.mjs'])).toBe('finished 3\n');
});

const others = installedNodes(root);
it.runIf(others.length > 0)(
  'prints its help and trains to one digest on Node 20, 22 and 24, those of them that BRIDLE_NODES=1 npm test installed',
  () => {
    const main = join('node_modules', 'bridle', 'dist', 'cli', 'main.js');
    const digests = [process.execPath, ...others].map((node) => {
      expect(run(node, [main, '--help'])).toMatch(/Usage: bridle/);
      const args = '--data adding --data-length 8 --hidden-size 4 --steps 5 --workers 1 --backend native --json';
      const out = run(node, [main, 'train', ...args.split(' ')]);
      const done = JSON.parse(out.trim().split('\n').at(-1) ?? '') as { event: string; digest: string };
      expect(done).toMatchObject({ event: 'done', reason: 'finished', step: 5 });
      return done.digest;
    });
    expect(new Set(digests).size).toBe(1);
  },
  120_000,
);

it('takes prebuilt kernels before a compiler, in its own version only', () => {
  const tarball = run(process.execPath, ['scripts/pack-native.mjs', project], root).trim();
  run('npm', ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`]);
  rmSync(join(project, 'node_modules', 'bridle', '.bridle'), { recursive: true });
  // A machine without a compiler: nothing but Node is found.
  const programs = join(project, 'programs');
  mkdirSync(programs);
  symlinkSync(process.execPath, join(programs, 'node'));
  const bridle = (...args: string[]): string => {
    const main = join('node_modules', 'bridle', 'dist', 'cli', 'main.js');
    const { stdout } = spawnSync(process.execPath, [main, ...args], {
      cwd: project,
      encoding: 'utf8',
      env: { PATH: programs, CI: 'false' },
    });
    return stdout;
  };
  expect(bridle('setup')).not.toMatch(/compiler/);
  expect(bridle('doctor')).toMatch(/^ok +backend native +The kernels are there, prebuilt/m);
  const train = '--data adding --data-length 8 --hidden-size 4 --steps 3 --workers 1 --backend native --json';
  expect(bridle('train', ...train.split(' '))).toMatch(/"event":"done","reason":"finished"/);

  const manifest = join(project, 'node_modules', ...prebuiltPackage.split('/'), 'package.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/"version": ".*"/, '"version": "0.0.1"'));
  expect(bridle('doctor')).toMatch(/^\S+ +backend native +The kernels are not compiled/m);
  rmSync(dirname(manifest), { recursive: true });
}, 180_000);

it('says what to type for TensorFlow', () => {
  expect(setup('--tensorflow')).toMatch(
    /npm install --ignore-scripts @tensorflow\/tfjs@\S+ @tensorflow\/tfjs-node-gpu@/,
  );
});

/** Runs the set-up as a user does, not as a build machine; returns all that it says. */
function setup(...args: string[]): string {
  const script = join('node_modules', 'bridle', 'scripts', 'setup.mjs');
  const env = { ...process.env, CI: 'false', BRIDLE_REQUIRE_NATIVE: '0' };
  const command = `"${process.execPath}" ${script} ${args.join(' ')} 2>&1`;
  return execFileSync('sh', ['-c', command], { cwd: project, encoding: 'utf8', env });
}
