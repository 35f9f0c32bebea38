// Trust in one certificate by its fingerprint, without an authority (as SSH trusts host keys): SHA-256 of its DER bytes.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { ConfigError, TransportError } from '../errors.js';

/** Reads the fingerprint of the first certificate in a PEM file, as `XX:XX:...`. Throws ConfigError TLS_FILE. */
export function fingerprintOf(certPath: string): string {
  try {
    return new X509Certificate(readFileSync(certPath)).fingerprint256;
  } catch (cause) {
    const message = `--tls-cert ${certPath} is no certificate that can be read: ${(cause as Error).message}`;
    throw new ConfigError('TLS_FILE', message, { cause });
  }
}

/**
 * Returns what opens a TLS connection to `url` for an HTTP request. The socket is handed over only after the fingerprint was
 * compared: a request that was written before would show its token to whoever answered. Another certificate is TLS_FINGERPRINT.
 */
export function connectPinned(url: string, wanted: string, timeoutMs: number) {
  return (_request: unknown, done: (error: Error | null, socket: Socket) => void): undefined => {
    const { hostname, port } = new URL(url);
    const host = hostname.replace(/^\[|\]$/g, '');
    // Whoever signed it does not matter; that the peer holds its key, TLS checks in any case.
    const socket = connect({
      host,
      port: Number(port || 443),
      ...(isIP(host) === 0 && { servername: host }),
      rejectUnauthorized: false,
    });
    const fail = (error: Error): void => done(error, socket);
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no TLS handshake within ${timeoutMs / 1000} s`)));
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      socket.off('error', fail);
      socket.setTimeout(0);
      const found = socket.getPeerCertificate().fingerprint256;
      if (found === wanted) return done(null, socket);
      socket.destroy();
      const message = `${host}:${port} shows another certificate than --tls-fingerprint wants. Wanted ${wanted}, got ${found}. Somebody may listen in between; or the certificate was renewed: copy the line that the coordinator prints.`;
      done(new TransportError('TLS_FINGERPRINT', message), socket);
    });
  };
}
