import { ApiError } from '../../gpu-backend/contract/errors.ts';

/** By then what had begun is there and paid, or neither: who asks sooner might find it half done. */
const RETRY_AFTER_S = 10;

/** A request whose time is up while pictures of it are being made: they are charged when they are there. */
export class StillMaking extends ApiError {
  constructor() {
    super('deadline_exceeded', {
      message:
        'Generation took longer than allowed. What had begun by then is charged when it is there; sent again, the request finds it.',
      retryAfterS: RETRY_AFTER_S,
    });
  }
}
