// Loads each backend for real, in a thread of a process of its own, as a worker does. Node runs the built files here, so the
// room is compiled first.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { availableBackends } from '../../src/backend/available-backends.js';

const root = resolve(import.meta.dirname, '../..');
let built = '';

// Inside the project, because the compiled files look for tfjs from where they lie.
beforeAll(() => {
  built = mkdtempSync(join(root, 'node_modules', '.bridle-test-'));
  const options = [
    '--outDir',
    built,
    '--rootDir',
    'src',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--skipLibCheck',
  ];
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(
    process.execPath,
    [tsc, '--ignoreConfig', ...options, '--types', 'node', 'src/backend/load-backend.ts'],
    {
      cwd: root,
    },
  );
});
afterAll(() => rmSync(built, { recursive: true, force: true }));

// Computes 2 x 3 times 3 x 2 in a thread and prints what the thread posts.
const program = `
  import { isMainThread, parentPort, Worker } from 'node:worker_threads';
  import { fileURLToPath } from 'node:url';
  const [name, file, prepare] = JSON.parse(process.env.TEST_CASE);
  const { loadBackend } = await import(file + '/backend/load-backend.js');
  const { backendEnvironment } = await import(file + '/backend/environment.js');
  if (isMainThread) {
    if (prepare) Object.assign(process.env, backendEnvironment(name, { threads: 1 }, process.env));
    const thread = new Worker(new URL(import.meta.url));
    thread.on('message', (message) => console.log(JSON.stringify(message)));
  } else {
    try {
      const { tf, kernelId, description } = await loadBackend(name, { threads: 1 });
      const product = tf.matMul(tf.tensor2d([[1, 2, 3], [4, 5, 6]]), tf.ones([3, 2]));
      const numIntraOpThreads = process.env.TF_NUM_INTRAOP_THREADS;
      const gradient = tf.grad((x) => x.square().sum())(tf.tensor1d([1, 2]));
      const values = [...product.dataSync()];
      parentPort.postMessage({ kernelId, description, values, gradient: [...gradient.dataSync()], numIntraOpThreads });
    } catch (error) {
      parentPort.postMessage({ code: error.code, message: error.message });
    }
  }`;

function loadInThread(name: string, prepare: boolean): { message: Record<string, unknown>; stderr: string } {
  const url = `data:text/javascript,${encodeURIComponent(program)}`;
  const result = spawnSync(process.execPath, ['--input-type=module', '-e', `await import(${JSON.stringify(url)})`], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], TEST_CASE: JSON.stringify([name, `file://${built}`, prepare]) },
  });
  if (result.stdout === '') throw new Error(`nothing was computed: ${result.stderr}`);
  return { message: JSON.parse(result.stdout) as Record<string, unknown>, stderr: result.stderr };
}

const hasTensorFlow = availableBackends().some(({ name, available }) => name === 'tensorflow' && available);

describe('a backend in a thread', () => {
  it('computes on wasm', () => {
    const { message, stderr } = loadInThread('wasm', true);
    expect(message).toMatchObject({ values: [6, 6, 15, 15], gradient: [2, 4] });
    expect(message['kernelId']).toBe('wasm/2 tfjs-4.22.0 simd eager');
    expect(stderr).toBe('');
  });

  it.skipIf(!hasTensorFlow)('computes on TensorFlow with the threads that it names', () => {
    const { message, stderr } = loadInThread('tensorflow', true);
    expect(message).toMatchObject({ values: [6, 6, 15, 15], gradient: [2, 4], numIntraOpThreads: '1' });
    expect(message['kernelId']).toMatch(/^tensorflow\/2 tfjs-4\.22\.0 tf-2\.\d+\.\d+ .* intra-1 eager$/);
    // TensorFlow says these two lines before its log level can be set; nothing else may be said.
    const rest = stderr.split('\n').filter((line) => !/absl::InitializeLog|oneDNN custom operations are on/.test(line));
    expect(rest.join('')).toBe('');
  });

  it.skipIf(!hasTensorFlow)('refuses to load TensorFlow when the main thread has not set its environment', () => {
    const { message } = loadInThread('tensorflow', false);
    expect(message['code']).toBe('BACKEND_ENVIRONMENT');
    expect(message['message']).toMatch(/TF_NUM_INTRAOP_THREADS.*backendEnvironment/);
  });
});
