// Exports in their own programs: PyTorch, Keras on PyTorch, onnxruntime; and the example of docs, from training to PyTorch and back.
import { execFile, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { exportModel } from '../../src/formats/export-model.js';
import { exportCases } from '../unit/formats/export-cases.js';
import { tempFolder } from './support/temp-folder.js';

const python = resolve('.bridle', 'torch', 'bin', 'python');
const folder = tempFolder();
const formats = ['pytorch', 'keras', 'onnx'] as const;
const packages = { pytorch: 'torch, safetensors.torch', keras: 'torch, keras', onnx: 'onnxruntime' };

function has(format: keyof typeof packages): boolean {
  if (
    spawnSync(python, [
      '-c',
      `import importlib.util as u; assert all(map(u.find_spec, '${packages[format]}'.split(', ')))`,
    ]).status === 0
  )
    return true;
  console.warn(`SKIPPED: ${python} has no ${packages[format]}. Exports to ${format} are untested.`);
  return false;
}

const tested = formats.filter(has);

it.skipIf(tested.length === 0)(
  'gives equal outputs in PyTorch, Keras and onnxruntime, for every cell',
  async () => {
    const names: string[] = [];
    for (const format of tested) {
      for (const one of exportCases()) {
        const target = join(folder, 'exports', `${format}-${one.name}`);
        mkdirSync(target, { recursive: true });
        for (const { name, content } of exportModel(one, format)) writeFileSync(join(target, name), content);
        const { inputs, outputs } = one;
        writeFileSync(
          join(target, 'case.json'),
          JSON.stringify({ format, inputs, outputs, isIds: one.spec.inputs === 'ids' }),
        );
        names.push(`${format}-${one.name}`);
      }
    }
    const { stdout } = await promisify(execFile)(python, [
      'test/fixtures/formats/check_exports.py',
      join(folder, 'exports'),
    ]);
    const errors = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, number>;
    expect(Object.keys(errors).sort()).toEqual(names.sort());
    for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThan(1e-5);
  },
  120_000,
);

it.skipIf(!tested.includes('pytorch'))(
  'runs the example: trained, opened in PyTorch, changed there, and trained on',
  async () => {
    cpSync('examples/open-in-pytorch', join(folder, 'example'), { recursive: true });
    const env = { ...process.env, BRIDLE: `${process.execPath} ${resolve('dist/cli/main.js')}`, PYTHON: python };
    const { stdout } = await promisify(execFile)('bash', ['run.sh'], { cwd: join(folder, 'example'), env });
    expect(Number(/predictions: (\S+)/.exec(stdout)?.[1])).toBeLessThan(1e-5);
    expect(stdout).toContain('trained on from PyTorch');
  },
  120_000,
);
