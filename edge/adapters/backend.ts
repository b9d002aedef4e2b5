import type { ComposeRequest, ComposeResult } from '../../gpu-backend/contract/compose.ts';
import type { GenerateRequest, GenerateResult } from '../../gpu-backend/contract/generate.ts';
import type { PictureHashes } from '../../gpu-backend/contract/picture-hashes.ts';

export interface GeneratedPicture {
  readonly fingerprint: string;
  readonly seed: number;
  /** Strong entity tag of the stored object, quotes included. */
  readonly etag: string;
  /** As they lie beside the object; undefined: none do. */
  readonly hashes?: PictureHashes | undefined;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface Generation {
  readonly pictures: readonly GeneratedPicture[];
  readonly timings: GenerateResult['timings'];
}

export interface BackendRequest extends Omit<GenerateRequest, 'ticket'> {
  /** W3C trace context that the work belongs to; decides nothing about the picture. */
  readonly traceparent?: string | undefined;
  /**
   * Aborted when nobody wants the picture any more: where nothing of it has begun, the request then ends with
   * `superseded`; else as if it had not been.
   */
  readonly withdrawn?: AbortSignal | undefined;
}

interface BackendComposition extends ComposeRequest {
  readonly traceparent?: string | undefined;
}

/** Makes pictures and stores them. Throws `backend_unavailable` when it cannot, now. */
export interface Backend {
  /** @param signal aborted when nobody waits any more. The picture may be made all the same, under its own name. */
  generate(request: BackendRequest, signal?: AbortSignal): Promise<Generation>;
  /** Puts stored pictures together, and stores the file. */
  compose(request: BackendComposition, signal?: AbortSignal): Promise<ComposeResult>;
}
