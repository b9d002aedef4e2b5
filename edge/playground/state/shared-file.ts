/** Whether a link's `picture` is a name below `/i/`. */
export function isSharedFile(text: string): boolean {
  return /^[0-9a-f]{64}\.(?:png|webp|jpg|avif)$/u.test(text);
}
