import type { SeenMessage } from '../record.ts';
import type { Aftermath } from './find-problems.ts';

/** Each message has its one answer; and only who left is told that it was withdrawn. */
export function liveProblems({ record }: Aftermath): string[] {
  return [
    ...record.messages.flatMap(messageProblems),
    ...record.requests.flatMap(({ intent, answer }) =>
      answer?.code === 'superseded' && !record.messages.some((message) => message.intent === intent)
        ? [`request ${intent.id} stayed, and was answered superseded`]
        : [],
    ),
    ...[...record.jobs.values()].flatMap(({ id, error }) =>
      error?.code === 'superseded' ? [`${id} stayed, and was answered superseded`] : [],
    ),
  ];
}

function messageProblems({ intent, socketId, answers, isWithdrawn }: SeenMessage): string[] {
  const name = `message ${intent.id} of ${socketId}`;
  const [first] = answers;
  if (answers.length > 1) return [`${name} was answered ${answers.length} times`];
  if (!first) return isWithdrawn ? [] : [`${name} was never answered`];
  if (first.answer.type === 'superseded' && !first.wasWithdrawn)
    return [`${name} stayed, and was answered superseded`];
  if (first.answer.type === 'error' && first.answer.error.code === 'superseded')
    return [`${name} heard of a withdrawal as an error`];
  return [];
}
