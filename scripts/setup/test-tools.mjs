// What some tests compare with or look through, beside the npm packages: strace and openssl from Debian, PyTorch from PyPI,
// other versions of Node, WebGPU and a software renderer for it, Chromium for pages.
// Test files say what they skip without them. On a build machine (CI=true) nothing that can be installed is left out.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installNodes } from './node-versions.mjs';
import { say } from './shell.mjs';
import { installTorch } from './torch.mjs';

/** The Debian package of each program that tests run. */
const debianPackages = {
  strace: 'strace',
  openssl: 'openssl',
  ip: 'iproute2',
  unshare: 'util-linux',
  'aarch64-linux-gnu-g++': 'g++-aarch64-linux-gnu',
  'qemu-aarch64-static': 'qemu-user-static',
  ssh: 'openssh-client',
  sshd: 'openssh-server',
};
/** Where systemd runs, installing this one starts a server: that is for its user to decide. */
const isStartedOnceInstalled = (/** @type {string} */ program) =>
  program === 'sshd' && existsSync('/run/systemd/system') && process.env.CI !== 'true';

/** @param {string} command @param {string[]} args */
const succeeds = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/**
 * Installs what is missing and can be installed; says what stays out and how to get it.
 * @param {string} project
 */
export function installTestTools(project) {
  installDebianPackages();
  installTorch(project, process.env.CI === 'true' || process.env.BRIDLE_TORCH === '1');
  installNodes(project, process.env.CI === 'true' || process.env.BRIDLE_NODES === '1');
  installWebgpu(project);
  installChromium();
}

function installChromium() {
  if (existsSync('/usr/bin/chromium')) return;
  const isWanted = process.env.CI === 'true' && process.getuid?.() === 0 && succeeds('which', 'apt-get');
  if (isWanted) say('installing the Debian package chromium for the tests (about 350 MB on disk)');
  if (isWanted && succeeds('apt-get', 'install', '-y', '--no-install-recommends', 'chromium')) return;
  say('left out: pages in a browser. To run them: apt-get install chromium');
}

function installDebianPackages() {
  const missing = Object.entries(debianPackages).filter(([program]) => !succeeds('which', program));
  const isRoot = process.getuid?.() === 0 && succeeds('which', 'apt-get');
  const left = missing.filter(([program]) => !isRoot || isStartedOnceInstalled(program));
  const wanted = missing.filter((each) => !left.includes(each));
  if (left.length > 0) sayLeftOut(left, `To run them: apt-get install ${packagesOf(left).join(' ')}`);
  if (wanted.length === 0) return;
  const packages = packagesOf(wanted);
  say(`installing Debian packages for the tests: ${packages.join(' ')} (a few MB, the cross compiler 200)`);
  const isInstalled =
    succeeds('apt-get', 'install', '-y', '--no-install-recommends', ...packages) ||
    (succeeds('apt-get', 'update') && succeeds('apt-get', 'install', '-y', '--no-install-recommends', ...packages));
  if (!isInstalled) sayLeftOut(wanted, 'apt-get could not install them');
}

/** @param {[program: string, name: string][]} tools */
const packagesOf = (tools) => tools.map(([, name]) => name);

/** @param {[program: string, name: string][]} tools @param {string} reason */
function sayLeftOut(tools, reason) {
  say(`left out: tests that look through ${tools.map(([program]) => program).join(', ')}. ${reason}`);
}

const webgpuPackages = ['webgpu@0.6.2', '@tensorflow/tfjs-backend-webgpu@4.22.0'];
const softwareRenderer = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * In a folder of its own, linked into node_modules: 160 MB that no other test needs. tfjs is then found in the project's packages.
 * @param {string} project
 */
function installWebgpu(project) {
  const folder = join(project, '.bridle', 'webgpu');
  const isWanted = process.env.CI === 'true' || process.env.BRIDLE_WEBGPU === '1';
  if (!existsSync(join(folder, 'node_modules', 'webgpu'))) {
    if (!isWanted) {
      say(
        'left out: the WebGPU backend (160 MB of packages, and 350 MB for a software renderer). To run it: BRIDLE_WEBGPU=1 npm test',
      );
      return;
    }
    say('installing WebGPU for the tests into .bridle/webgpu (160 MB)');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{}');
    // Without its peer, tfjs-core: a second copy would be a second tfjs.
    const flags = ['--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund', '--prefix', folder];
    if (!succeeds('npm', 'install', ...flags, ...webgpuPackages))
      say('left out: the WebGPU backend; npm install failed');
  }
  for (const name of ['webgpu', '@tensorflow/tfjs-backend-webgpu']) {
    const link = join(project, 'node_modules', name);
    rmSync(link, { recursive: true, force: true });
    symlinkSync(join(folder, 'node_modules', name), link, 'dir');
  }
  if (isWanted) installSoftwareRenderer();
}

function installSoftwareRenderer() {
  const hasVulkan = succeeds('sh', '-c', '/sbin/ldconfig -p | grep -q libvulkan.so.1');
  if (existsSync(softwareRenderer) && hasVulkan) return;
  const packages = ['chromium-common', 'libvulkan1'];
  const isRoot = process.getuid?.() === 0 && succeeds('which', 'apt-get');
  if (isRoot) say(`installing Debian packages for the tests: ${packages.join(' ')} (about 350 MB on disk)`);
  if (isRoot && succeeds('apt-get', 'install', '-y', '--no-install-recommends', ...packages)) return;
  say(`left out: the WebGPU backend on a software renderer. To run it: apt-get install ${packages.join(' ')}`);
}
