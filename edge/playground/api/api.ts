import { failureOf, failureOfAnswer } from './api-failure.ts';

/** What an answer's headers say of money. */
export interface Spending {
  /** Charged for the request. */
  readonly units: number;
  /** What the key can still spend; undefined: no limit. */
  readonly remaining: number | undefined;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** This server's API, called with one key. */
export interface Api {
  /** @throws ApiFailure */
  call<T>(method: Method, path: string, body?: object): Promise<T>;
  /** An answer that is no JSON. @throws ApiFailure */
  text(path: string): Promise<string>;
}

/** @param onSpending told of each answer that was charged for. */
export function createApi(key: string, onSpending: (spending: Spending) => void): Api {
  async function ask(method: Method, path: string, body: object | undefined): Promise<Response> {
    const headers = new Headers({ authorization: `Bearer ${key}` });
    if (body) headers.set('content-type', 'application/json');
    const response = await fetch(path, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw failureOf(error);
    });
    const units = response.headers.get('x-usage-units');
    const remaining = response.headers.get('x-usage-remaining');
    if (units !== null || remaining !== null) {
      onSpending({
        units: Number(units ?? 0),
        remaining: remaining === null ? undefined : Number(remaining),
      });
    }
    if (!response.ok) throw failureOfAnswer(response, await response.json().catch(() => null));
    return response;
  }
  return {
    async call<T>(method: Method, path: string, body?: object) {
      return (await (await ask(method, path, body)).json()) as T;
    },
    text: async (path) => (await ask('GET', path, undefined)).text(),
  };
}
