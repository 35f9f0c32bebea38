// Two network namespaces with addresses of their own, joined by a veth pair that is held to the speed of a link (ip-netns(8),
// tc-tbf(8)): two machines, as far as the network goes. Needs root and iproute2.
import { spawnSync } from 'node:child_process';

export interface Namespace {
  readonly address: string;
  /** Words before a command that is to run in it; what they start has the same process id. */
  readonly through: readonly string[];
}

export interface TwoNamespaces {
  readonly near: Namespace;
  readonly far: Namespace;
  /** Bytes that the near side has sent over the link. */
  sentBytes(): number;
  /** Sends all packets of both sides to nobody, as when a cable is cut between two switches: neither side is told. */
  cut(): void;
  restore(): void;
  remove(): void;
}

const device = 'bridle0';
const nobody = '02:00:00:00:00:00';

function ip(...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync('ip', args, { encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`ip ${args.join(' ')} failed: ${error?.message ?? stderr.trim()}`);
}

/** Says what keeps this machine from having two namespaces; undefined: nothing. */
export function whyNoNamespaces(): string | undefined {
  try {
    joinNamespaces(100).remove();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Makes the two, with a link of `mbits` Mbit/s each way. Throws where that is not allowed or a program is missing. */
export function joinNamespaces(mbits: number): TwoNamespaces {
  const [near, far] = (['near', 'far'] as const).map((side, i) => ({
    name: `bridle-${side}-${process.pid}`,
    address: `10.213.7.${i + 1}`,
  })) as [NamedNamespace, NamedNamespace];
  const remove = (): void => {
    for (const { name } of [near, far]) spawnSync('ip', ['netns', 'delete', name]);
  };
  try {
    for (const { name } of [near, far]) ip('netns', 'add', name);
    ip('link', 'add', device, 'netns', near.name, 'type', 'veth', 'peer', 'name', device, 'netns', far.name);
    for (const { name, address } of [near, far]) {
      ip('-n', name, 'address', 'add', `${address}/30`, 'dev', device);
      ip('-n', name, 'link', 'set', 'lo', 'up');
      ip('-n', name, 'link', 'set', device, 'up');
      const bucket = ['rate', `${mbits}mbit`, 'burst', '32kb', 'latency', '200ms'];
      ip('netns', 'exec', name, 'tc', 'qdisc', 'add', 'dev', device, 'root', 'tbf', ...bucket);
    }
  } catch (error) {
    remove();
    throw error;
  }
  const inside = ({ name, address }: NamedNamespace): Namespace => ({
    address,
    through: ['ip', 'netns', 'exec', name],
  });
  const sides = [
    { name: near.name, other: far.address },
    { name: far.name, other: near.address },
  ];
  return {
    near: inside(near),
    far: inside(far),
    sentBytes: () => Number(ip('netns', 'exec', near.name, 'cat', `/sys/class/net/${device}/statistics/tx_bytes`)),
    cut: () => {
      for (const { name, other } of sides)
        ip('-n', name, 'neighbour', 'replace', other, 'lladdr', nobody, 'dev', device, 'nud', 'permanent');
    },
    restore: () => {
      for (const { name, other } of sides) ip('-n', name, 'neighbour', 'delete', other, 'dev', device);
    },
    remove,
  };
}

interface NamedNamespace {
  readonly name: string;
  readonly address: string;
}
