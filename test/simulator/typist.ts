import type { ImageRequest } from '../../edge/generation/image-request.ts';
import type { KeyHolder } from '../../edge/keys/key-store.ts';
import type { World } from './engine/world.ts';
import type { LiveSockets } from './live-sockets.ts';
import { NATIVE } from './model.ts';

const MAX_MESSAGES = 5;

export interface TypistOptions {
  readonly world: World;
  readonly sockets: LiveSockets;
  /** What is typed, as far as one comes. */
  readonly script: readonly ImageRequest[];
  /** Longest pause between two messages, ms. */
  readonly pauseMs: number;
}

/**
 * Somebody who types into a live socket. Each message takes the place of the one before; some go while the last one waits
 * or is made, the others hear its answer and stay until they are idle.
 */
export async function beTypist(holder: KeyHolder, options: TypistOptions): Promise<void> {
  const { world, sockets, script, pauseMs } = options;
  const { random, lives } = world;
  const socket = await sockets.open(holder);
  for (const request of script.slice(0, random.int(1, script.length))) {
    if (!socket || socket.closedBy() !== undefined) return;
    await socket.send(request);
    await lives.sleep(random.int(0, pauseMs));
  }
  if (!random.chance(0.4)) return;
  await lives.sleep(random.int(0, pauseMs));
  await socket?.close();
}

/** What those who type in one run type, each as far as they come: they meet in flight, and leave one another. */
export function drawScript(
  { random }: World,
  prompts: readonly [string, ...string[]],
): readonly ImageRequest[] {
  return Array.from({ length: random.int(1, MAX_MESSAGES) }, () => ({
    prompt: `${random.pick(prompts)}${random.chance(0.7) ? ` ${random.int(0, 9)}` : ''}`,
    ...(random.chance(0.1) ? { seed: 'random' as const } : { seed: random.int(0, 1) }),
    ...(random.chance(0.15) && { size: `${NATIVE * 2}x${NATIVE * 2}` }),
    ...(random.chance(0.15) && { visibility: 'private' as const }),
  }));
}
