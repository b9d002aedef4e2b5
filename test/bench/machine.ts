import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';

const GIBIBYTE = 2 ** 30;

/** What a figure is worth nothing without: the machine, what runs on it, its load so far, and the day. */
export function describeMachine(now: Date): string {
  const [cpu] = cpus();
  const { version } = JSON.parse(
    readFileSync(new URL('../../node_modules/onnxruntime-node/package.json', import.meta.url), 'utf8'),
  ) as { version: string };
  const cores = `${cpus().length} × ${cpu?.model.trim()}`;
  const memory = `${Math.round(totalmem() / GIBIBYTE)} GiB`;
  const load = `load ${loadavg()[0]?.toFixed(1)}`;
  const platform = `${process.platform} ${process.arch}`;
  const versions = `Node ${process.versions.node}, onnxruntime-node ${version}`;
  return [cores, memory, platform, versions, load, now.toISOString().slice(0, 16)].join(', ');
}
