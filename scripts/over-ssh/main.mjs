// scripts/cluster HOSTS [--dir DIR] -- FLAGS: a coordinator here, workers over ssh. Ranks are numbered along the host file.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readHosts } from './hosts.mjs';
import { askVersions, startSsh, workerScript } from './remote.mjs';

/** @typedef {import('./hosts.mjs').Host} Host */

const project = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const main = `${project}/dist/cli/main.js`;
const usage = `Usage: scripts/cluster HOSTS [--dir DIR] -- FLAGS

HOSTS  a file of hosts: "HOST slots=N" or "HOST:N" a line, # for comments
DIR    bridle's checkout on the hosts (default: where it is here)
FLAGS  those of bridle coordinator. It listens on this machine only, and ssh carries the connections, unless --listen says otherwise.
CLUSTER_SSH holds another ssh with options, for example "ssh -p 2222".`;

/** Why the cluster does not start or did not end well, with an exit code of bridle's. */
class Failure extends Error {
  /** @param {number} exitCode @param {string} message */
  constructor(exitCode, message) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** @param {readonly string[]} argv */
function readArguments(argv) {
  const end = argv.indexOf('--');
  const [path, ...rest] = end < 0 ? argv : argv.slice(0, end);
  const folder = rest.length === 0 ? project : rest[0] === '--dir' && rest.length === 2 ? rest[1] : undefined;
  if (path === undefined || path.startsWith('-') || folder === undefined) throw new Failure(2, usage);
  try {
    return { hosts: readHosts(readFileSync(path, 'utf8'), path), folder, flags: end < 0 ? [] : argv.slice(end + 1) };
  } catch (error) {
    throw new Failure(2, error instanceof Error ? error.message : String(error));
  }
}

/** @param {readonly Host[]} hosts @param {string} folder */
async function compareVersions(hosts, folder) {
  const own = `bridle ${JSON.parse(readFileSync(`${project}/package.json`, 'utf8')).version}`;
  const rows = await Promise.all(hosts.map(async (host) => ({ ...host, ...(await askVersions(host.host, folder)) })));
  const cells = [
    ['host', 'slots', 'node', 'bridle', ''],
    ['(here)', '-', process.version, own, 'coordinator'],
    ...rows.map(({ host, slots, node, bridle, problem }) => [
      host,
      String(slots),
      node,
      bridle,
      problem ?? (bridle === own ? 'ok' : 'another version'),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  for (const row of cells)
    say(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  const wrong = rows.filter(({ bridle, problem }) => problem !== undefined || bridle !== own).map(({ host }) => host);
  if (wrong.length > 0)
    throw new Failure(
      5,
      `Not started: ${wrong.join(', ')}. Every host needs ${own} in ${folder} (--dir DIR), and ssh without a password.`,
    );
}

/** @param {string} line */
const say = (line) => void process.stderr.write(`${line}\n`);

/** @param {import('node:stream').Readable} stream @param {string} prefix */
function forward(stream, prefix) {
  createInterface({ input: stream }).on('line', (line) => say(`[${prefix}] ${line}`));
}

/** @param {readonly string[]} flags @param {number} slots @param {string} token */
function startCoordinator(flags, slots, token) {
  // In a folder of its own, for its owner only; gone when the coordinator has read it or could not.
  const tokenFolder = mkdtempSync(join(tmpdir(), 'bridle-token-'));
  const tokenFile = join(tokenFolder, 'token');
  writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
  const forget = () => rmSync(tokenFolder, { recursive: true, force: true });
  const wanted = flags.some((flag) => /^--min[-_]workers/.test(flag)) ? [] : ['--min-workers', String(slots)];
  const args = [main, 'coordinator', ...flags, ...wanted, '--json', '--token-file', tokenFile];
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  forward(child.stderr, 'coordinator');
  /** @type {Promise<{ code: number }>} */
  const ended = new Promise((resolve) => child.once('close', (code) => resolve({ code: code ?? 1 })));
  /** @type {Promise<{ url: string, joinCommand: string }>} */
  const listening = new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      process.stdout.write(`${line}\n`);
      const event = JSON.parse(line);
      if (event.event === 'listening') resolve({ url: event.urls[0], joinCommand: event.joinCommand });
    });
    void ended.then(({ code }) => reject(new Failure(code, 'The coordinator ended before it listened.')));
  });
  void listening.then(forget, forget);
  return { child, ended, listening };
}

/** Loopback is carried by ssh, as a Unix socket on the host that only its user can open; anything else is joined as it is.
 * @param {{ url: string, joinCommand: string }} listening */
function roadTo({ url, joinCommand }) {
  const { hostname, port } = new URL(url);
  const words = joinCommand
    .replace(/ {2}\(.*/, '')
    .replace(' --token-file TOKEN_FILE', '')
    .split(' ')
    .slice(2);
  if (/^(127\.|localhost$|\[::1\]$)/.test(hostname) && url.startsWith('ws:')) {
    const socketPath = `/tmp/bridle-${randomBytes(8).toString('hex')}.sock`;
    const options = ['-o', 'ExitOnForwardFailure=yes', '-R', `${socketPath}:${hostname}:${port}`];
    return { options, joinFlags: words.with(words.indexOf('--join') + 1, `unix:${socketPath}`), socketPath };
  }
  return { options: [], joinFlags: words, socketPath: undefined };
}

/** @param {Host} host @param {string} folder @param {{ url: string, joinCommand: string }} listening @param {string} token */
function startWorkers({ host, slots, firstRank }, folder, listening, token) {
  const { options, joinFlags, socketPath } = roadTo(listening);
  const name = host.replace(/.*@/, '').replaceAll(':', '-');
  const args = [...joinFlags, '--workers', String(slots), '--name', name, '--log-dir', `runs/cluster-logs/${name}`];
  const ssh = startSsh(options, host, workerScript(folder, args, socketPath));
  ssh.stdin.on('error', () => undefined);
  ssh.stdin.write(`${token}\n`);
  const prefix = `${host} ${slots === 1 ? firstRank : `${firstRank}-${firstRank + slots - 1}`}`;
  forward(ssh.stdout, prefix);
  forward(ssh.stderr, prefix);
  /** @type {Promise<void>} */
  const ended = new Promise((resolve) => {
    ssh.once('error', (error) => say(`[${prefix}] FAILED: ssh: ${error.message}`));
    ssh.once('close', (code, signal) => {
      if (code !== 0)
        say(`[${prefix}] FAILED: ${host} ended with ${signal ?? `code ${code}`}${code === 255 ? ' (ssh itself)' : ''}`);
      resolve();
    });
  });
  return { ssh, ended };
}

/** @param {Promise<unknown>} promise @param {number} ms */
function within(promise, ms) {
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function run() {
  const { hosts, folder, flags } = readArguments(process.argv.slice(2));
  await compareVersions(hosts, folder);
  const token = randomBytes(32).toString('base64url');
  const slots = hosts.reduce((sum, host) => sum + host.slots, 0);
  const coordinator = startCoordinator(flags, slots, token);
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => coordinator.child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal));
  const listening = await coordinator.listening;
  const workers = hosts.map((host) => startWorkers(host, folder, listening, token));
  const allGone = Promise.all(workers.map(({ ended }) => ended));
  let hasEnded = false;
  void allGone
    .then(() => within(coordinator.ended, 5000))
    .then(() => {
      if (hasEnded) return;
      say('No host is left: the coordinator saves and stops. Go on with scripts/cluster HOSTS -- --resume.');
      coordinator.child.kill('SIGTERM');
      process.exitCode = 5;
    });
  const { code } = await coordinator.ended;
  hasEnded = true;
  await within(allGone, 5000);
  for (const { ssh } of workers) ssh.stdin.end(); // the far side ends what is left
  await within(allGone, 10_000);
  for (const { ssh } of workers) ssh.kill();
  process.exitCode ??= code;
}

try {
  await run();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof Failure ? error.exitCode : 1;
}
