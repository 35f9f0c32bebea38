// bridle doctor --join: greets a coordinator as an observer, and tells address, token, version and kernel id apart.
import { hostname } from 'node:os';
import { chooseBackend, chooseExecution } from '../backend/available-backends.js';
import { threadsPerProcess } from '../backend/threads.js';
import { backendEnvironment } from '../backend/environment.js';
import { BridleError } from '../errors.js';
import { Role, type ControlMessage } from '../protocol/control.js';
import { defaultLimits } from '../protocol/limits.js';
import { bridleVersion, collectCapability, protocolVersion } from '../protocol/version.js';
import { wireCapability } from '../protocol/wire-dtype.js';
import { checkConnectOptions, connect, isFinalRefusal } from '../transport/client.js';
import { closeCodes, type Connection } from '../transport/connection.js';
import { loadEngine } from '../worker/engine.js';
import { Inquiry } from './inquiry.js';
import type { ProbeCheck, ProbeOptions } from './launch-options.js';
import { probeLink } from './probe-link.js';

/** Checks what a worker started here would meet at `url`; the first check that fails is the last one. */
export async function probeCoordinator(url: string, options: ProbeOptions): Promise<readonly ProbeCheck[]> {
  const { token, tlsCaPath, tlsFingerprint, insecure } = options;
  const target = {
    join: url,
    token,
    ...(tlsCaPath !== undefined && { tlsCaPath }),
    ...(tlsFingerprint !== undefined && { tlsFingerprint }),
    insecure,
  };
  checkConnectOptions(target);
  let connection: Connection;
  try {
    connection = await connect(target);
  } catch (error) {
    if (!(error instanceof BridleError)) throw error;
    if (!isFinalRefusal(error.code)) {
      return [
        {
          name: 'address',
          ok: false,
          detail: error.message,
          fix: 'start bridle coordinator there, and check host, port and firewall',
        },
      ];
    }
    return [
      { name: 'address', ok: true, detail: `${url} answers` },
      {
        name: 'token',
        ok: false,
        detail: error.message,
        fix: 'copy the token file of the run folder, and give --token-file',
      },
    ];
  }
  const reached: ProbeCheck[] = [
    { name: 'address', ok: true, detail: `${url} answers` },
    { name: 'token', ok: true, detail: token === undefined ? 'none is wanted' : 'accepted' },
  ];
  const kernelId = await ownKernelId(options);
  const inquiry = new Inquiry(connection, defaultLimits.handshakeTimeoutMs);
  const answer = await inquiry.ask({ hello: introduce(kernelId) });
  const isWelcome = !(answer instanceof Error) && answer.kind === 'welcome';
  const link = isWelcome ? await probeLink(inquiry, answer.body, connection.isLocal) : [];
  connection.close(closeCodes.normal, 'probe ends');
  return [...reached, ...judge(answer, kernelId), ...link];
}

async function ownKernelId({ backend, execution, threads: wanted }: ProbeOptions): Promise<string> {
  const name = chooseBackend(backend);
  const threads = threadsPerProcess(wanted, name, 1);
  Object.assign(process.env, backendEnvironment(name, { threads }, process.env));
  return (await loadEngine(name, { threads, execution: chooseExecution(name, execution) })).kernelId;
}

/** As a worker of this version would, but for its role. */
function introduce(kernelId: string) {
  const { major, minor } = protocolVersion;
  return {
    protocolMajor: major,
    protocolMinor: minor,
    bridleVersion,
    kernelId,
    name: 'doctor',
    processId: process.pid,
    host: hostname(),
    role: Role.ROLE_OBSERVER,
    capabilities: [wireCapability, collectCapability],
  };
}

function judge(answer: ControlMessage | Error, kernelId: string): ProbeCheck[] {
  if (answer instanceof Error)
    return [{ name: 'version', ok: false, detail: answer.message, fix: 'is this a bridle coordinator?' }];
  if (answer.kind === 'welcome') {
    const { protocolMajor, protocolMinor, bridleVersion: theirs, runId, kernelId: wanted } = answer.body;
    return [
      {
        name: 'version',
        ok: true,
        detail: `bridle ${theirs}, protocol ${protocolMajor}.${protocolMinor}, run ${runId}`,
      },
      {
        name: 'kernel id',
        ok: true,
        detail: wanted === '' ? `${kernelId} (no worker has joined yet: the first one fixes it)` : kernelId,
      },
    ];
  }
  if (answer.kind !== 'reject')
    return [
      { name: 'version', ok: false, detail: `unexpected answer ${answer.kind}`, fix: 'is this a bridle coordinator?' },
    ];
  const { code, message } = answer.body;
  const isKernel = code === 'KERNEL_MISMATCH' || code === 'BACKEND_MISMATCH';
  const version: ProbeCheck = isKernel
    ? { name: 'version', ok: true, detail: 'protocols agree' }
    : {
        name: 'version',
        ok: false,
        detail: `${code}: ${message}`,
        fix: 'install the same bridle version on both machines',
      };
  return isKernel
    ? [
        version,
        {
          name: 'kernel id',
          ok: false,
          detail: message,
          fix: 'bridle setup here, or the same --backend, --execution and --threads',
        },
      ]
    : [version];
}
