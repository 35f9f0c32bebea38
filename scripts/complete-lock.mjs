// Adds to package-lock.json the optional packages of other platforms, which npm may leave out and `npm ci` then misses
// (npm/cli#4828). Run it after every `npm install X`; it changes nothing when the lock file is whole.
import { readFileSync, writeFileSync } from 'node:fs';

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));
const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];
const libraries = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' };
let added = 0;

for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (lock.packages[key]?.version) continue;
    const words = name.split(/[/-]/);
    const os = systems.filter((system) => words.includes(system));
    const cpu = processors.filter((processor) => words.includes(processor));
    const libc = words.flatMap((word) => libraries[word] ?? []);
    if (os.length === 0)
      throw new Error(`${key}: no operating system in its name; add it to package-lock.json by hand`);
    lock.packages[key] = { version, ...(cpu.length > 0 && { cpu }), ...(entry.dev && { dev: true }) };
    Object.assign(lock.packages[key], libc.length > 0 && { libc }, { optional: true, os });
    added += 1;
  }
}

const { '': root, ...rest } = lock.packages;
lock.packages = { '': root, ...Object.fromEntries(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1))) };
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added === 0 ? 'package-lock.json is whole' : `added ${added} optional packages to package-lock.json`);
