import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../infra/local/ports.ts';
import { waitUntilOk } from '../../infra/local/wait-until-ok.ts';
import { type CephConfigOptions, cephConfig, monitorAddress } from './ceph-config.ts';

/** Start takes about 15 s on two quiet cores. */
const READY_DEADLINE_MS = 120_000;
const STOP_GRACE_MS = 5_000;

export interface CephCluster {
  /** The S3 gateway. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Ends the daemons and removes their data. */
  stop(): Promise<void>;
}

/**
 * Starts a real Ceph (monitor, OSD, RADOS gateway) in a temporary folder, without systemd.
 * @throws Error with the failing command's output, or the daemon's last log lines.
 */
export async function startCephCluster(): Promise<CephCluster> {
  const dir = await mkdtemp(join(tmpdir(), 'galip-ceph-'));
  const daemons: ChildProcess[] = [];
  const stop = async () => {
    await Promise.all(daemons.reverse().map(stopDaemon));
    await rm(dir, { recursive: true, force: true });
  };
  try {
    return { ...(await startIn(dir, daemons)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startIn(dir: string, daemons: ChildProcess[]): Promise<Omit<CephCluster, 'stop'>> {
  const options: CephConfigOptions = {
    dir,
    fsid: randomUUID(),
    monitorPorts: { v2: await freePort(), v1: await freePort() },
    gatewayPort: await freePort(),
  };
  const conf = join(dir, 'ceph.conf');
  await Promise.all(['mon', 'osd', 'rgw'].map((name) => mkdir(join(dir, name))));
  await writeFile(conf, cephConfig(options));
  const run = (command: string, ...args: string[]) =>
    promisify(execFile)(command, args, { env: withConf(conf) });
  const ceph = (...args: string[]) => run('ceph', '--connect-timeout', '60', ...args);
  const daemon = (command: string, name: string, ...args: string[]) => {
    // Packages make Ceph change to a user of its own when root starts it.
    const user = process.getuid?.() === 0 ? ['--setuser', 'root', '--setgroup', 'root'] : [];
    const child = spawn(command, ['-f', '-n', name, ...user, ...args], {
      env: withConf(conf),
      stdio: 'ignore',
    });
    daemons.push(child);
    return failOnExit(child, join(dir, `${name}.log`));
  };

  const keyring = join(dir, 'keyring');
  const everything = ['--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *', '--cap', 'mgr', 'allow *'];
  await run(
    'ceph-authtool',
    '--create-keyring',
    keyring,
    '--gen-key',
    '-n',
    'mon.',
    '--cap',
    'mon',
    'allow *',
  );
  await run('ceph-authtool', keyring, '--gen-key', '-n', 'client.admin', ...everything);
  const monmap = join(dir, 'monmap');
  await run('monmaptool', '--create', '--fsid', options.fsid, '--addv', 'a', monitorAddress(options), monmap);
  await run('ceph-mon', '--mkfs', '-i', 'a', '--monmap', monmap, '--keyring', keyring);
  const monitor = daemon('ceph-mon', 'mon.a');

  const osdId = randomUUID();
  await Promise.race([monitor, ceph('osd', 'new', osdId, '0')]);
  const osdKeyring = join(dir, 'osd/keyring');
  await run('ceph-authtool', '--create-keyring', osdKeyring, '--gen-key', '-n', 'osd.0');
  const osdCaps = ['mon', 'allow profile osd', 'osd', 'allow *', 'mgr', 'allow profile osd'];
  await ceph('auth', 'add', 'osd.0', ...osdCaps, '-i', osdKeyring);
  await run('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', osdId);
  const osd = daemon('ceph-osd', 'osd.0');

  const gatewayCaps = ['mon', 'allow rw', 'osd', 'allow rwx'];
  await ceph('auth', 'get-or-create', 'client.rgw.a', ...gatewayCaps, '-o', join(dir, 'rgw/keyring'));
  const accessKeyId = randomBytes(10).toString('hex');
  const secretAccessKey = randomBytes(20).toString('hex');
  const user = ['--uid=galip', '--display-name=galip', `--access-key=${accessKeyId}`];
  // Waits for the OSD: it writes the user into a pool.
  await Promise.race([
    osd,
    run('radosgw-admin', 'user', 'create', ...user, `--secret-key=${secretAccessKey}`),
  ]);
  const gateway = daemon('radosgw', 'client.rgw.a');
  const endpoint = `http://127.0.0.1:${options.gatewayPort}`;
  await Promise.race([gateway, waitUntilOk(endpoint, AbortSignal.timeout(READY_DEADLINE_MS))]);
  return { endpoint, accessKeyId, secretAccessKey };
}

function withConf(conf: string): NodeJS.ProcessEnv {
  return { ...process.env, CEPH_CONF: conf };
}

/** Never resolves. Rejects when the daemon ends, which it does before its time only in trouble. */
function failOnExit(daemon: ChildProcess, logFile: string): Promise<never> {
  const failed = once(daemon, 'exit').then(async ([code]): Promise<never> => {
    const log = await readFile(logFile, 'utf8').catch(() => '');
    throw new Error(
      `${daemon.spawnargs.join(' ')} ended with ${code}:\n${log.split('\n').slice(-20).join('\n')}`,
    );
  });
  failed.catch(() => undefined);
  return failed;
}

async function stopDaemon(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const exited = once(daemon, 'exit');
  const timer = setTimeout(() => daemon.kill('SIGKILL'), STOP_GRACE_MS);
  daemon.kill('SIGTERM');
  await exited;
  clearTimeout(timer);
}
