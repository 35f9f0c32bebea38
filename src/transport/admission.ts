// Who may upgrade to a WebSocket: pure, on the headers of the request.
import { isLoopback, webSocketPath } from './address.js';
import { bearerToken, isSameToken } from './token.js';

export interface AdmissionRules {
  readonly token: string | undefined;
  /** Without a token only this machine is served, and Host must say so (DNS rebinding). */
  readonly isLoopbackOnly: boolean;
  readonly maxConnections: number;
}

export interface UpgradeRequest {
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 503;
  readonly code: string;
  readonly message: string;
}

/** Returns why a request is refused, or undefined when it may upgrade. */
export function refuseUpgrade(
  request: UpgradeRequest,
  rules: AdmissionRules,
  connections: number,
): Refusal | undefined {
  const { headers } = request;
  if (request.url !== webSocketPath)
    return { status: 404, code: 'NOT_FOUND', message: `Only ${webSocketPath} is served here.` };
  // Workers are programs: a browser page that connects always sends Origin (cross-site WebSocket hijacking).
  if (headers['origin'] !== undefined)
    return { status: 403, code: 'ORIGIN_REFUSED', message: 'Requests from web pages are refused.' };
  if (rules.isLoopbackOnly && !isLoopback(hostName(headers['host']))) {
    return { status: 403, code: 'HOST_REFUSED', message: 'Host must name this machine.' };
  }
  if (connections >= rules.maxConnections) {
    return {
      status: 503,
      code: 'TOO_MANY_CONNECTIONS',
      message: `${connections} connections are open, at most ${rules.maxConnections} are allowed.`,
    };
  }
  if (rules.token !== undefined) {
    const given = bearerToken(single(headers['authorization']));
    if (given === undefined)
      return {
        status: 401,
        code: 'TOKEN_MISSING',
        message: 'This coordinator wants a token: --token-file FILE or BRIDLE_TOKEN.',
      };
    if (!isSameToken(given, rules.token))
      return { status: 401, code: 'TOKEN_WRONG', message: 'The token is not the one of this coordinator.' };
  }
  return undefined;
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? undefined : header;
}

function hostName(header: string | string[] | undefined): string {
  const host = single(header) ?? '';
  return host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : (host.split(':')[0] ?? '');
}
