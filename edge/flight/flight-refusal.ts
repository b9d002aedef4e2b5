import { ApiError, type ErrorCode } from '../../gpu-backend/contract/errors.ts';

/** An ApiError as data: errors lose what they carry on the way out of a Durable Object. */
export interface FlightRefusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfterS: number | null;
}

export function refusalOf({ code, message, retryAfterS }: ApiError): FlightRefusal {
  return { code, message, retryAfterS: retryAfterS ?? null };
}

export function errorOf({ code, message, retryAfterS }: FlightRefusal): ApiError {
  return new ApiError(code, {
    message,
    ...(retryAfterS !== null && { retryAfterS }),
    cause: new Error('the flight of this picture failed'),
  });
}
