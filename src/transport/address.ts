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
  readonly isEncrypted: boolean;
  readonly isLocal: boolean;
}

/** Parses `ws://host[:port]`, `wss://host[:port]`, `host:port` or `unix:/path`. */
export function parseJoinAddress(text: string): JoinAddress {
  if (text.startsWith('unix:') && text.length > 5) {
    return { url: `ws+unix://${text.slice(5)}:${webSocketPath}`, isEncrypted: false, isLocal: true };
  }
  const url = parseUrl(text.includes('://') ? text : `ws://${text}`);
  if (!url || (url.protocol !== 'ws:' && url.protocol !== 'wss:') || url.username !== '' || url.search !== '') {
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
