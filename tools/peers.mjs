// The real servers and programs that the tests need. Installs missing ones with apt if it is allowed to. Otherwise it ends the
// run with the command to paste. Tests never run without them.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';

/** The programs that the tests need, each with the Debian package that contains it. */
const PEERS = [
  { name: 'PostgreSQL', package: 'postgresql', present: () => postgresBinary() !== undefined },
  { name: 'MariaDB', package: 'mariadb-server', present: () => found('mariadbd') || existsSync('/usr/sbin/mariadbd') },
  { name: 'Orthanc', package: 'orthanc', present: () => found('Orthanc') || existsSync('/usr/sbin/Orthanc') },
  {
    name: "Orthanc's DICOMweb plug-in",
    package: 'orthanc-dicomweb',
    present: () => existsSync('/usr/share/orthanc/plugins/libOrthancDicomWeb.so'),
  },
  { name: 'DCMTK', package: 'dcmtk', present: () => found('dcmqrscp') && found('findscu') },
  { name: 'dicom3tools', package: 'dicom3tools', present: () => found('dciodvfy') },
  { name: 'Redis', package: 'redis-server', present: () => found('redis-server') && found('redis-cli') },
  { name: 'haproxy', package: 'haproxy', present: () => found('haproxy') || existsSync('/usr/sbin/haproxy') },
  { name: 'Chromium', package: 'chromium', present: () => found('chromium') },
  { name: 'promtool', package: 'prometheus', present: () => found('promtool') },
  { name: 'systemd-analyze', package: 'systemd', present: () => found('systemd-analyze') },
  { name: 'tini', package: 'tini', present: () => found('tini-static') },
  { name: 'strip', package: 'binutils', present: () => found('strip') },
  { name: 'OpenSSL', package: 'openssl', present: () => found('openssl') },
  { name: 'xmllint', package: 'libxml2-utils', present: () => found('xmllint') },
  { name: 'unshare', package: 'util-linux', present: () => found('unshare') && found('setsid') },
];

function found(program) {
  return (process.env.PATH ?? '').split(':').some((folder) => folder !== '' && existsSync(`${folder}/${program}`));
}

function postgresBinary() {
  if (found('initdb')) return 'initdb';
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  return readdirSync(root)
    .map((version) => `${root}/${version}/bin/initdb`)
    .find((file) => existsSync(file));
}

/** Ensures that every program is installed; ends the process if one is missing. */
export function ensurePeers() {
  ensurePrograms();
  ensurePidNamespace();
}

/** Ensures that PID namespaces work. Tests in which a server might signal other processes run in one (`inPidNamespace`). */
function ensurePidNamespace() {
  const unshare = ['--pid', '--fork', '--mount-proc', '--kill-child'];
  const ways = [unshare, [...unshare, '--user', '--map-root-user']];
  if (ways.some((way) => spawnSync('unshare', [...way, 'true']).status === 0)) return;
  stop(`The tests need a PID namespace, and unshare is not allowed to make one here. Allow it, then run the tests again:

  run as root, or let users make namespaces: sudo sysctl -w kernel.unprivileged_userns_clone=1
  in a container: docker run --cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined

Tests that do not need it: npm run test:unit`);
}

function ensurePrograms() {
  const missing = PEERS.filter((peer) => !peer.present());
  if (missing.length === 0) return;
  const names = missing.map((peer) => peer.name).join(', ');
  const packages = missing.map((peer) => peer.package).join(' ');
  const root = process.getuid?.() === 0;
  const sudo = root ? [] : ['sudo', '-n'];
  const mayInstall = found('apt-get') && (root || spawnSync('sudo', ['-n', 'true']).status === 0);
  const line = `${root ? '' : 'sudo '}apt-get update && ${root ? '' : 'sudo '}apt-get install -y --no-install-recommends ${packages}`;
  if (!mayInstall)
    stop(
      `The tests need real servers, and these are missing: ${names}.\nInstall them, then run the tests again:\n\n  ${line}\n\nTests that do not need them: npm run test:unit`,
    );
  console.log(`The tests need ${names}, which is missing. Installing: ${packages}`);
  withoutServiceStarts(root, () => {
    run([...sudo, 'apt-get', 'update', '-qq']);
    run([
      ...sudo,
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      'install',
      '-y',
      '-qq',
      '--no-install-recommends',
      ...packages.split(' '),
    ]);
  });
  const still = PEERS.filter((peer) => !peer.present());
  if (still.length > 0)
    stop(
      `apt has installed these packages, but their programs are still missing: ${still.map((peer) => `${peer.name} (Debian package ${peer.package})`).join(', ')}`,
    );
}

/** Keeps Debian from starting the servers that it installs, because the tests start their own. */
function withoutServiceStarts(root, install) {
  const policy = '/usr/sbin/policy-rc.d';
  const ours = root && !existsSync(policy);
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    install();
  } finally {
    if (ours) rmSync(policy);
  }
}

function run([command, ...args]) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0)
    stop(`This command failed: ${command} ${args.join(' ')}\n${stdout.slice(-2000)}${stderr.slice(-4000)}`);
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
