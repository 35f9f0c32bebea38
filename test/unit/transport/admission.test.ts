// Who may upgrade: every rule, in the order in which they are looked at, on the headers alone.
import { describe, expect, it } from 'vitest';
import { refuseUpgrade, type AdmissionRules } from '../../../src/transport/admission.js';

const token = 'abcdefghijklmnopqrstuvwx';
const open: AdmissionRules = { token: undefined, isLoopbackOnly: true, maxConnections: 10 };
const guarded: AdmissionRules = { token, isLoopbackOnly: false, maxConnections: 10 };
const host = '127.0.0.1:29600';
type Headers = Record<string, string | string[]>;

function code(rules: AdmissionRules, headers: Headers, url = '/bridle/v1', connections = 0): string {
  const refusal = refuseUpgrade({ url, headers }, rules, connections);
  return refusal ? `${refusal.status} ${refusal.code}` : 'admitted';
}

describe('a coordinator without a token', () => {
  it.each([
    '127.0.0.1:29600',
    '127.0.0.1',
    '127.8.9.1:1',
    'localhost:29600',
    'LOCALHOST',
    '[::1]:29600',
    '[::ffff:127.0.0.1]:5',
  ])('serves Host %s', (name) => {
    expect(code(open, { host: name })).toBe('admitted');
  });

  it.each([
    '',
    'example.org',
    'example.org:29600',
    '127.0.0.1.example.org',
    'localhost.example.org:29600',
    '10.0.0.5',
    '[::2]:1',
    '[::1',
    '128.0.0.1',
    '0.0.0.0',
    'x127.0.0.1',
  ])('refuses Host "%s"', (name) => {
    expect(code(open, { host: name })).toBe('403 HOST_REFUSED');
  });

  it('refuses a request without Host, and with several', () => {
    expect(code(open, {})).toBe('403 HOST_REFUSED');
    expect(code(open, { host: ['127.0.0.1', 'localhost'] })).toBe('403 HOST_REFUSED');
  });
});

describe('a coordinator with a token', () => {
  it('takes it from the header, whatever Host says', () => {
    expect(code(guarded, { host: 'example.org', authorization: `Bearer ${token}` })).toBe('admitted');
  });

  it.each<[string, Headers]>([
    ['no header', {}],
    ['an empty header', { authorization: '' }],
    ['another scheme', { authorization: `Basic ${token}` }],
    ['another case', { authorization: `bearer ${token}` }],
    ['two spaces', { authorization: `Bearer  ${token}` }],
    ['a space at the end', { authorization: `Bearer ${token} ` }],
    ['two headers', { authorization: [`Bearer ${token}`, `Bearer ${token}`] }],
    ['1,025 characters', { authorization: `Bearer ${'x'.repeat(1025)}` }],
    ['a line feed', { authorization: `Bearer ${token}\n` }],
  ])('misses it with %s', (_name, headers) => {
    expect(code(guarded, { host, ...headers })).toBe('401 TOKEN_MISSING');
  });

  it.each([`${token}x`, token.slice(1), token.toUpperCase(), 'x'])('refuses %s', (given) => {
    expect(code(guarded, { host, authorization: `Bearer ${given}` })).toBe('401 TOKEN_WRONG');
  });

  it('names no token in a refusal', () => {
    for (const authorization of ['', 'Bearer secret-guess-1234']) {
      const refusal = refuseUpgrade({ url: '/bridle/v1', headers: { authorization } }, guarded, 0);
      expect(JSON.stringify(refusal)).not.toMatch(new RegExp(`${token}|secret-guess`));
    }
  });
});

describe('any coordinator', () => {
  it.each(['/', '/bridle', '/bridle/v1/', '/bridle/v1?token=x', '/bridle/v2', '//bridle/v1', '/bridle/v1/../v1'])(
    'serves no %s',
    (url) => {
      expect(code(open, { host }, url)).toBe('404 NOT_FOUND');
    },
  );

  it.each(['http://127.0.0.1:29600', 'https://example.org', 'null', ''])(
    'refuses Origin "%s", token or not',
    (origin) => {
      expect(code(open, { host, origin })).toBe('403 ORIGIN_REFUSED');
      expect(code(guarded, { host, origin, authorization: `Bearer ${token}` })).toBe('403 ORIGIN_REFUSED');
    },
  );

  it('refuses one connection too many, before it compares a token', () => {
    expect(code(open, { host }, '/bridle/v1', 9)).toBe('admitted');
    expect(code(open, { host }, '/bridle/v1', 10)).toBe('503 TOO_MANY_CONNECTIONS');
    expect(code(guarded, { host }, '/bridle/v1', 10)).toBe('503 TOO_MANY_CONNECTIONS');
  });
});
