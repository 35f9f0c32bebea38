// bridle cert: a self-signed certificate for a coordinator, by openssl (X.509 is not what bridle should encode itself).
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { settleCommandLine } from '../config/parse-command-line.js';
import { ConfigError, exitCodes } from '../errors.js';
import { fingerprintOf } from '../transport/fingerprint.js';
import type { CommandBody } from './command.js';
import { formatJsonLine } from './output/json-line.js';

const validDays = 365;
const run = promisify(execFile);

/** Writes hosts as the alternative names of a certificate. Throws ConfigError CERT_HOST. */
export function alternativeNames(hosts: readonly string[]): string {
  return hosts
    .map((host) => {
      if (isIP(host) !== 0) return `IP:${host}`;
      if (/^(?=.{1,253}$)[a-z0-9*_]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9-]*[a-z0-9])?)*$/i.test(host))
        return `DNS:${host}`;
      const message = `A certificate is for host names and addresses, without scheme and port, got "${host}".`;
      throw new ConfigError('CERT_HOST', message);
    })
    .join(',');
}

export const cert: CommandBody = async (given, around) => {
  const { values, positionals } = settleCommandLine(given);
  const hosts = positionals.length > 0 ? positionals : [...new Set([hostname(), 'localhost', '127.0.0.1'])];
  const names = alternativeNames(hosts);
  const folder = values.output ?? '.';
  await mkdir(folder, { recursive: true });
  const [certPath, keyPath] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const taken = [certPath, keyPath].find((path) => existsSync(path));
  if (taken !== undefined) {
    const message = `${taken} exists, and workers may trust it. Name another folder with --output DIR, or move it away.`;
    throw new ConfigError('CERT_EXISTS', message);
  }
  await makeCertificate(names, certPath, keyPath);
  const fingerprint = fingerprintOf(certPath);
  around.stdout.write(
    values.json
      ? `${formatJsonLine({ event: 'cert', certPath, keyPath, hosts, fingerprint })}\n`
      : `${certPath} and ${keyPath} are for ${hosts.join(', ')}, ${validDays} days\nfingerprint ${fingerprint}\ncoordinator: bridle coordinator --listen 0.0.0.0:29600 --tls-cert ${certPath} --tls-key ${keyPath} [flags]\n`,
  );
  return exitCodes.done;
};

async function makeCertificate(names: string, certPath: string, keyPath: string): Promise<void> {
  const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=bridle';
  const files = ['-keyout', keyPath, '-out', certPath];
  try {
    await run('openssl', [
      ...request.split(' '),
      '-days',
      String(validDays),
      '-addext',
      `subjectAltName=${names}`,
      ...files,
    ]);
    await chmod(keyPath, 0o600);
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = isMissing ? 'openssl is not installed' : `openssl failed: ${(cause as Error).message}`;
    const message = `No certificate could be made: ${reason}. Install openssl, or bring a certificate with --tls-cert and --tls-key.`;
    throw new ConfigError('CERT_TOOL', message, { cause });
  }
}
