// Addresses that people type, tokens, and what must not be tried in plain text.
import { describe, expect, it } from 'vitest';
import { BridleError } from '../../../src/errors.js';
import { isLoopback, parseJoinAddress } from '../../../src/transport/address.js';
import { checkConnectOptions, isFinalRefusal } from '../../../src/transport/client.js';
import { bearerToken, createToken, isSameToken } from '../../../src/transport/token.js';

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof BridleError) return error.code;
    throw error;
  }
  return 'none';
}

describe('a join address', () => {
  it.each([
    ['ws://10.0.0.5:29600', 'ws://10.0.0.5:29600/bridle/v1'],
    ['ws://10.0.0.5', 'ws://10.0.0.5:29600/bridle/v1'],
    ['10.0.0.5:1234', 'ws://10.0.0.5:1234/bridle/v1'],
    ['localhost', 'ws://localhost:29600/bridle/v1'],
    ['wss://gpu.example.org', 'wss://gpu.example.org:29600/bridle/v1'],
    ['wss://gpu.example.org:443', 'wss://gpu.example.org/bridle/v1'],
    ['ws://gpu.example.org:80/', 'ws://gpu.example.org/bridle/v1'],
    ['ws://[::1]', 'ws://[::1]:29600/bridle/v1'],
    ['[fe80::1]:5', 'ws://[fe80::1]:5/bridle/v1'],
    ['ws://h/some/path', 'ws://h:29600/bridle/v1'],
  ])('%s means %s', (text, url) => {
    expect(parseJoinAddress(text).url).toBe(url);
  });

  it.each(['unix:/run/bridle.sock', 'unix:/tmp/with space:and colon?#%41', 'unix:relative.sock'])(
    '%s is a path as it stands',
    (text) => {
      expect(parseJoinAddress(text)).toEqual({
        url: 'ws://localhost/bridle/v1',
        socketPath: text.slice(5),
        isEncrypted: false,
        isLocal: true,
      });
    },
  );

  it.each([
    '',
    'unix:',
    'http://host:1',
    'https://host',
    'ws://',
    'ws://host:99999',
    'ws://user@host:1',
    'ws://:secret@host:1',
    'ws://host:1?token=secret',
    'ws://host:1#secret',
    'ftp://host',
    'ws://ho st',
  ])('"%s" is refused', (text) => {
    expect(codeOf(() => parseJoinAddress(text))).toBe('JOIN_ADDRESS');
  });

  it.each([
    ['localhost', true],
    ['127.0.0.1', true],
    ['127.255.0.9', true],
    ['::1', true],
    ['[::1]', true],
    ['::ffff:127.0.0.1', true],
    ['0.0.0.0', false],
    ['::', false],
    ['10.0.0.1', false],
    ['127.0.0.1.example.org', false],
    ['localhost.example.org', false],
    ['', false],
  ])('names this machine with %s: %s', (host, isLocal) => {
    expect(isLoopback(host)).toBe(isLocal);
  });
});

describe('joining', () => {
  const options = { token: 'x'.repeat(16), insecure: false };

  it.each(['ws://10.0.0.5', 'gpu.example.org:29600', 'ws://[fe80::1]'])('%s in plain text is refused', (join) => {
    expect(codeOf(() => checkConnectOptions({ ...options, join }))).toBe('INSECURE_JOIN');
    expect(codeOf(() => checkConnectOptions({ ...options, token: undefined, join }))).toBe('INSECURE_JOIN');
    expect(codeOf(() => checkConnectOptions({ ...options, join, insecure: true }))).toBe('none');
  });

  it.each(['wss://10.0.0.5', 'ws://127.0.0.1:1', 'localhost', 'unix:/run/b.sock'])('%s is let through', (join) => {
    expect(codeOf(() => checkConnectOptions({ ...options, join }))).toBe('none');
  });

  it('with a certificate that cannot be read is refused at once', () => {
    const join = 'wss://10.0.0.5';
    expect(codeOf(() => checkConnectOptions({ ...options, join, tlsCaPath: '/nowhere/ca.pem' }))).toBe('TLS_FILE');
  });

  it.each([
    ['TOKEN_WRONG', true],
    ['TOKEN_MISSING', true],
    ['ORIGIN_REFUSED', true],
    ['HOST_REFUSED', true],
    ['TOO_MANY_CONNECTIONS', false],
    ['NOT_FOUND', false],
    ['', false],
  ])('is given up after %s: %s', (code, isFinal) => {
    expect(isFinalRefusal(code)).toBe(isFinal);
  });
});

describe('a token', () => {
  it('is made of 32 characters that every header takes, never the same', () => {
    const tokens = new Set(Array.from({ length: 100 }, createToken));
    expect(tokens.size).toBe(100);
    for (const token of tokens) {
      expect(token).toMatch(/^[A-Za-z0-9_-]{32}$/);
      expect(bearerToken(`Bearer ${token}`)).toBe(token);
    }
  });

  it('is compared whole, whatever the lengths', () => {
    expect(isSameToken('abc', 'abc')).toBe(true);
    for (const other of ['', 'ab', 'abd', 'abcd', 'ABC', 'abc ']) expect(isSameToken(other, 'abc')).toBe(false);
  });
});
