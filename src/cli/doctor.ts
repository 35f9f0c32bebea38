// bridle doctor: what this machine has, what is missing, and the command that fixes it.
import { settleCommandLine } from '../config/parse-command-line.js';
import type { Values } from '../config/schema.js';
import { exitCodes } from '../errors.js';
import type { ProbeCheck } from '../launch/launch-options.js';
import type { CommandBody, Surroundings } from './command.js';
import { checkMachine, type MachineCheck } from './machine-checks.js';
import { formatJsonLine } from './output/json-line.js';
import { readToken } from '../library/read-token.js';

/** Writes one check as a line, with its fix below. */
export function formatCheck({ name, state, detail, fix }: MachineCheck): string {
  const line = `${state.padEnd(8)} ${name.padEnd(20)} ${detail}`;
  return fix === undefined ? line : `${line}\n${' '.repeat(9)}fix: ${fix}`;
}

async function probe(url: string, values: Values, around: Surroundings): Promise<readonly ProbeCheck[]> {
  const token = await readToken(values.tokenFile, around.env);
  const { probeCoordinator } = await import('../launch/probe-coordinator.js');
  return probeCoordinator(url, {
    backend: values.backend,
    execution: values.execution,
    threads: values.threads,
    ...(token === undefined ? {} : { token }),
    ...(values.tlsCa === undefined ? {} : { tlsCaPath: values.tlsCa }),
    ...(values.tlsFingerprint === undefined ? {} : { tlsFingerprint: values.tlsFingerprint }),
    insecure: values.insecure,
  });
}

function toMachineCheck({ ok, ...check }: ProbeCheck): MachineCheck {
  return { ...check, state: ok ? 'ok' : 'broken' };
}

export const doctor: CommandBody = async (given, around) => {
  const { values } = settleCommandLine(given);
  const write = (checks: readonly MachineCheck[]): void => {
    for (const check of checks) {
      around.stdout.write(`${values.json ? formatJsonLine({ event: 'check', ...check }) : formatCheck(check)}\n`);
    }
  };
  const machine = await checkMachine();
  write(machine);
  const remote = values.join === undefined ? [] : (await probe(values.join, values, around)).map(toMachineCheck);
  write(remote);
  if (machine.some(({ state }) => state === 'broken')) return exitCodes.unexpected;
  return remote.some(({ state }) => state === 'broken') ? exitCodes.disconnected : exitCodes.done;
};
