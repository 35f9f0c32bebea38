// Addresses that people type, and what may be reached in plain text.
import { ConfigError } from '../errors.js';

export const defaultPort = 29_600;
export const webSocketPath = '/bridle/v1';

export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Tells whether a host name can only mean this machine. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare) || bare === '::ffff:127.0.0.1';
}

export interface JoinAddress {
  /** What `ws` connects to. */
  readonly url: string;
  /** The Unix socket that carries it, if one does. */
  readonly socketPath?: string;
  readonly isEncrypted: boolean;
  readonly isLocal: boolean;
}

/** Parses `ws://host[:port]`, `wss://host[:port]`, `host:port` or `unix:/path`. */
export function parseJoinAddress(text: string): JoinAddress {
  const isUnix = text.startsWith('unix:');
  if (isUnix && text.length > 5) {
    return { url: `ws://localhost${webSocketPath}`, socketPath: text.slice(5), isEncrypted: false, isLocal: true };
  }
  const url = isUnix ? undefined : parseUrl(text.includes('://') ? text : `ws://${text}`);
  const isPlain = url && url.username + url.password + url.search + url.hash === '';
  if (!isPlain || (url.protocol !== 'ws:' && url.protocol !== 'wss:')) {
    throw new ConfigError(
      'JOIN_ADDRESS',
      `--join must be an address like ws://10.0.0.5:${defaultPort}, wss://host:${defaultPort} or unix:/path, got "${text}". A token never stands in the address.`,
    );
  }
  const explicitPort = /:\d+(\/|$)/.test(text.replace(/^[a-z]+:\/\//, '').replace(/^\[[^\]]*\]/, ''));
  if (!explicitPort) url.port = String(defaultPort);
  url.pathname = webSocketPath;
  return { url: url.href, isEncrypted: url.protocol === 'wss:', isLocal: isLoopback(url.hostname) };
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}
