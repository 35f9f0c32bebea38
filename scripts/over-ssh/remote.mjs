// What runs on a host: shell text for `ssh HOST`, and the processes of ssh that carry it.
import { spawn } from 'node:child_process';

/** @param {string} word */
export const quote = (word) => `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * The worker's shell. The first line of standard input is the token: it is in no argument and in no variable that is exported.
 * The rest never comes: when standard input ends, ssh was dropped or the far side ended, and the worker is stopped.
 * @param {string} folder
 * @param {readonly string[]} args
 * @param {string | undefined} socketPath
 */
export function workerScript(folder, args, socketPath) {
  return [
    'IFS= read -r token; exec 3<&0',
    `cd ${quote(folder)} || exit 2`,
    `printf '%s\\n' "$token" | node dist/cli/main.js worker ${args.map(quote).join(' ')} --token-file /dev/stdin &`,
    'worker=$!',
    '(cat <&3; kill -TERM $worker) >/dev/null 2>&1 &',
    'wait $worker; code=$?',
    ...(socketPath === undefined ? [] : [`rm -f ${quote(socketPath)}`]),
    'exit $code',
  ].join('\n');
}

/** @param {string} folder */
export function versionScript(folder) {
  return `cd ${quote(folder)} && node --version && node dist/cli/main.js --version`;
}

/**
 * Starts ssh. In a group of its own: Ctrl-C reaches only who decides what follows.
 * @param {readonly string[]} options
 * @param {string} host
 * @param {string} script
 */
export function startSsh(options, host, script) {
  const [command = 'ssh', ...own] = (process.env.CLUSTER_SSH ?? 'ssh').split(' ');
  const always = ['-T', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', '-o', 'ServerAliveInterval=5'];
  return spawn(command, [...own, ...always, ...options, host, `exec sh -c ${quote(script)}`], { detached: true });
}

/**
 * Asks a host what it has.
 * @param {string} host
 * @param {string} folder
 * @returns {Promise<{ node: string, bridle: string, problem?: string }>}
 */
export function askVersions(host, folder) {
  const ssh = startSsh([], host, versionScript(folder));
  let [out, problem] = ['', ''];
  ssh.stdout.on('data', (chunk) => (out += chunk));
  ssh.stderr.on('data', (chunk) => (problem += chunk));
  const timer = setTimeout(() => ssh.kill(), 30_000);
  return new Promise((resolve) => {
    ssh.once('error', (error) => (problem = error.message));
    ssh.once('close', (code) => {
      clearTimeout(timer);
      const [node = '-', bridle = '-'] = out.trim() === '' ? [] : out.trim().split('\n');
      const last = problem.trim().split('\n').at(-1) || `no answer, code ${code}`;
      resolve(code === 0 ? { node, bridle } : { node, bridle, problem: last });
    });
  });
}
