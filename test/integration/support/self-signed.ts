// A certificate for 127.0.0.1 that lives as long as a test's folder, made by openssl.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export interface SelfSigned {
  readonly certPath: string;
  readonly keyPath: string;
}

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

export function makeSelfSigned(folder: string): SelfSigned {
  const [certPath, keyPath] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const request =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1,DNS:localhost';
  const { status, stderr } = spawnSync('openssl', [...request.split(' '), '-keyout', keyPath, '-out', certPath]);
  if (status !== 0) throw new Error(`openssl failed: ${stderr.toString()}`);
  return { certPath, keyPath };
}
