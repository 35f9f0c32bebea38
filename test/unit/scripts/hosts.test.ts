// The host file of scripts/cluster.
import { describe, expect, it } from 'vitest';
import { readHosts } from '../../../scripts/over-ssh/hosts.mjs';

describe('a host file', () => {
  it('is read as Open MPI and MPICH write it, and ranks follow its order', () => {
    const text = '# machines\nalpha slots=4\nme@beta:2 # fast\n\n10.0.0.5\nalpha slots=1\r\n';
    expect(readHosts(text, 'hosts')).toEqual([
      { host: 'alpha', slots: 5, firstRank: 0 },
      { host: 'me@beta', slots: 2, firstRank: 5 },
      { host: '10.0.0.5', slots: 1, firstRank: 7 },
    ]);
  });

  it.each(['alpha slots=0', 'alpha slots=x', '-oProxyCommand=sh', 'a b', 'alpha:5000', 'me@-x'])(
    'that says "%s" is refused with its line',
    (line) => {
      expect(() => readHosts(`# one\n${line}\n`, 'hosts')).toThrow(/^hosts:2: wanted HOST/);
    },
  );

  it('without hosts is refused', () => {
    expect(() => readHosts('# none\n', 'hosts')).toThrow('names no host');
  });
});
