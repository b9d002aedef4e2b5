import type { CallOptions, Transport } from './transport.ts';

/** Of calls that spend, or make something. */
export interface IdempotentOptions extends CallOptions {
  /**
   * Names the request for 24 hours: sent again under it, also by another process, it is done and charged once. By default
   * each call has one of its own, which its retries share.
   */
  readonly idempotencyKey?: string | undefined;
}

export type Query = Readonly<Record<string, string | undefined>>;

/** Calls that send and answer JSON. */
export interface JsonCalls {
  get<T>(path: string, options?: CallOptions, query?: Query): Promise<T>;
  /** Under an Idempotency-Key, so that it can be repeated. */
  post<T>(path: string, body: object, options?: IdempotentOptions, query?: Query): Promise<T>;
  /** Never repeated: another change may have come in between. */
  patch<T>(path: string, body: object, options?: CallOptions): Promise<T>;
  delete<T>(path: string, options?: CallOptions): Promise<T>;
}

export function createJsonCalls(transport: Transport): JsonCalls {
  return {
    get: <T>(path: string, options: CallOptions = {}, query: Query = {}) =>
      transport({ ...options, method: 'GET', path, query }, readJson<T>),
    post<T>(path: string, body: object, options: IdempotentOptions = {}, query: Query = {}) {
      const headers = idempotencyHeaders(options);
      return transport({ ...options, method: 'POST', path, query, headers, body }, readJson<T>);
    },
    patch: <T>(path: string, body: object, options: CallOptions = {}) =>
      transport({ ...options, method: 'PATCH', path, body }, readJson<T>),
    delete: <T>(path: string, options: CallOptions = {}) =>
      transport({ ...options, method: 'DELETE', path }, readJson<T>),
  };
}

export function idempotencyHeaders({ idempotencyKey }: IdempotentOptions): { 'idempotency-key': string } {
  return { 'idempotency-key': idempotencyKey ?? crypto.randomUUID() };
}

async function readJson<T>(response: Response): Promise<T> {
  return (response.status === 204 ? undefined : await response.json()) as T;
}
