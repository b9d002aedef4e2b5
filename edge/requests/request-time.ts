/** A request has so long for its pictures: the backend's own limit, and what comes before and behind it. */
export const REQUEST_MS = 65_000;

/** So much later at most it is answered, with what became of its money as far as that is known. */
export const ANSWER_SLACK_MS = 500;
