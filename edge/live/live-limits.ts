/** Characters of a message: as many as a request's body may have bytes. */
export const MAX_MESSAGE_CHARACTERS = 64 * 1024;

/** Messages in any second: each costs its parsing, and hits one after the other come to about a hundred. */
export const MAX_MESSAGES_PER_S = 250;

/** A socket on which nothing was asked or answered for so long is closed, ms; longer than an answer takes. */
export const IDLE_MS = 120_000;

/** How often a socket's key is looked at again, ms: with the 30 s that an isolate keeps it, revocation ends it within 60. */
export const KEY_CHECK_MS = 20_000;

/**
 * Requests of one socket: a Worker may make so many calls in one invocation, which a socket is, and a picture takes about
 * six of them. The client connects again.
 */
export const MAX_REQUESTS = 1_000;

/** A socket's longest life, ms; the client connects again. */
export const MAX_AGE_MS = 3_600_000;

/** Open sockets of one key in one isolate. */
export const MAX_SOCKETS_PER_KEY = 32;
