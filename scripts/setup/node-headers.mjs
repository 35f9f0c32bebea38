// Node-API's C headers: from the machine, or else from a pinned npm package; the ABI-stable interface is all the addon uses.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { lastLines, run, say } from './shell.mjs';

const headersPackage = 'node-api-headers@1.9.0';
const headersIntegrity =
  'sha512-2oNILP4jXwRB4ywnYKjVk1YyJ96n2D4EOVJO6S3oYZ5PtbJrw3Yt9TpAuX3nBLMuzn74rnfGQrv13pS9vC+YiA==';

/**
 * The folder that holds node_api.h, or why there is none.
 * @param {string} temporary
 * @param {string} [machineFolder]
 * @returns {{ folder: string } | { problem: string }}
 */
export function findNodeHeaders(temporary, machineFolder = resolve(process.execPath, '../../include/node')) {
  if (existsSync(join(machineFolder, 'node_api.h'))) return { folder: machineFolder };

  say(`this Node came without its headers: downloading ${headersPackage} from npm (under 1 MB)`);
  const pack = run('npm', ['pack', headersPackage, '--pack-destination', temporary], { cwd: temporary });
  const file = readdirSync(temporary).find((name) => /^node-api-headers-.*\.tgz$/.test(name));
  if (pack.status !== 0 || file === undefined) {
    return { problem: `npm could not fetch ${headersPackage}:\n${lastLines(pack.output, 4)}` };
  }
  const digest = createHash('sha512')
    .update(readFileSync(join(temporary, file)))
    .digest('base64');
  if (`sha512-${digest}` !== headersIntegrity) {
    return { problem: `${file} has integrity sha512-${digest}, wanted ${headersIntegrity}; it was not used` };
  }
  const unpack = run('tar', ['-xzf', file], { cwd: temporary });
  if (unpack.status !== 0) return { problem: `${file} could not be unpacked:\n${lastLines(unpack.output, 4)}` };
  return { folder: join(temporary, 'package', 'include') };
}
