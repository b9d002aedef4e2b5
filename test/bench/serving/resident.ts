import { readFileSync } from 'node:fs';

/** Resident memory of a process, bytes (Linux: `VmRSS` of proc(5)). */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/u.exec(status)?.[1]) * 1024;
}
