// A pinned certificate: bridle cert makes it, its fingerprint is all that a worker needs, and no other is shown a token.
import { statSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { cert } from '../../src/cli/cert.js';
import { readCommandLine } from '../../src/config/parse-command-line.js';
import { connect } from '../../src/transport/client.js';
import { listen } from '../../src/transport/server.js';
import { BridleProcess, endAll } from './support/bridle-process.js';
import { hasOpenssl, makeSelfSigned } from './support/self-signed.js';
import { tempFolder } from './support/temp-folder.js';

const folder = tempFolder();
const token = 'only-for-this-test-Zq7';
afterEach(endAll);

async function makeCert(name: string): Promise<{ certPath: string; keyPath: string; fingerprint: string }> {
  let text = '';
  const stdout = { write: (chunk: string) => ((text += chunk), true) };
  const line = readCommandLine(['cert', 'elsewhere.example', '--json', '--output', join(folder, name)], {});
  expect(await cert(line, { env: {}, stdout, stderr: stdout })).toBe(0);
  return JSON.parse(text) as { certPath: string; keyPath: string; fingerprint: string };
}

describe.runIf(hasOpenssl)('a pinned certificate', () => {
  it('is trusted by its fingerprint alone, whatever names it holds', async () => {
    const tls = await makeCert('trusted');
    expect(statSync(tls.keyPath).mode & 0o777).toBe(0o600);
    const address = { kind: 'tcp', host: '127.0.0.1', port: 0 } as const;
    const listener = await listen({
      address,
      token,
      tls,
      insecure: false,
      onConnection: () => {},
      onRefused: () => {},
    });
    try {
      const options = { join: listener.url, token, insecure: false };
      const connection = await connect({ ...options, tlsFingerprint: tls.fingerprint });
      connection.close(1000, 'done');
      await expect(connect(options)).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    } finally {
      await listener.close();
    }
  });

  it('that is another one is refused for good, and is shown neither token nor request', async () => {
    const { certPath, keyPath } = makeSelfSigned(folder);
    let seen = 0;
    const server = createServer({ cert: readFileSync(certPath), key: readFileSync(keyPath) }, (socket) => {
      socket.on('data', (chunk) => (seen += chunk.length));
      socket.on('error', () => undefined);
    });
    const closed = new Promise((resolve) => server.once('connection', (socket) => socket.once('close', resolve)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    try {
      const tlsFingerprint = Array(32).fill('AB').join(':');
      const joining = connect({ join: `wss://127.0.0.1:${port}`, token, insecure: false, tlsFingerprint });
      await expect(joining).rejects.toMatchObject({ code: 'TLS_FINGERPRINT' });
      await closed;
      expect(seen).toBe(0);
    } finally {
      server.close();
    }
  });

  it('is never overwritten', async () => {
    await makeCert('kept');
    await expect(makeCert('kept')).rejects.toMatchObject({ code: 'CERT_EXISTS' });
  });

  it('and the advertised address stand in the line that a coordinator prints', async () => {
    const { certPath, keyPath, fingerprint } = await makeCert('printed');
    const flags = ['coordinator', '--data', 'adding', '--steps', '2', '--listen', '127.0.0.1:0', '--json'];
    const tls = ['--tls-cert', certPath, '--tls-key', keyPath, '--advertise', 'outside.example:443'];
    const coordinator = new BridleProcess([...flags, ...tls, '--out', join(folder, 'runs')], { cwd: folder });
    const { joinCommand } = await coordinator.event('listening');
    expect(joinCommand).toContain(`--join wss://outside.example:443 --tls-fingerprint ${fingerprint}`);
  });
});
