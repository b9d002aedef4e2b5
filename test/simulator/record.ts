import type { ImageRequest } from '../../edge/generation/image-request.ts';
import type { Images } from '../../edge/generation/images.ts';
import type { Job } from '../../edge/jobs/job.ts';
import type { KeyHolder } from '../../edge/keys/key-store.ts';
import type { Prices } from '../../edge/ledger/prices.ts';
import type { LiveAnswer } from '../../edge/live/live-answers.ts';

/** Something that a client wants; it may send it several times. */
export interface Intent {
  readonly id: number;
  readonly holder: KeyHolder;
  readonly request: ImageRequest;
  /** Null: every try is a request of its own. */
  readonly idempotencyKey: string | null;
}

/** One request as it reached the edge. */
export interface SeenRequest {
  readonly intent: Intent;
  readonly arrivedAt: number;
  /** What its charges derive from; undefined where it came not so far, or an answer was replayed. */
  requestKey: string | undefined;
  /** When it was answered, or its context ended. */
  endedAt: number | undefined;
  answer: SeenAnswer | undefined;
}

export interface SeenAnswer {
  readonly status: number;
  readonly code: string | undefined;
  readonly images: Images | undefined;
  readonly isReplayed: boolean;
  readonly text: string;
  /** Of a job that was accepted. */
  readonly jobId: string | undefined;
}

/** One message as it reached a live socket at the edge. */
export interface SeenMessage {
  readonly intent: Intent;
  readonly socketId: string;
  /** Each with whether the message was withdrawn by then. */
  readonly answers: { readonly answer: LiveAnswer; readonly wasWithdrawn: boolean }[];
  /** A newer one came, or the socket went, before it was answered. */
  isWithdrawn: boolean;
}

/** All that the simulator has seen from outside in one run. */
export interface RunRecord {
  readonly prices: Prices;
  readonly intents: Intent[];
  readonly requests: SeenRequest[];
  /** Those of live sockets; what was begun for them is among the requests. */
  readonly messages: SeenMessage[];
  /** Ends of jobs as they were published, by message id; each try of publishing. */
  readonly published: Map<string, string[]>;
  /** Jobs as they were at their end. */
  readonly jobs: Map<string, Job>;
  /** By whose charge each picture was made, by fingerprint. */
  readonly starters: Map<string, string>;
  /** Credit that clients were told is theirs, by tenant. */
  readonly granted: Map<string, number>;
  /** What was found wrong while it ran, and errors that nobody injected. */
  readonly problems: Set<string>;
}
