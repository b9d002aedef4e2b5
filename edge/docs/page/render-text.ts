import { html } from 'hono/html';

/** Markup that is safe to stand in a page: all that was put into it is escaped. */
export type Markup = ReturnType<typeof html>;

/** A description: what stands between backticks is code, blank lines part paragraphs. */
export function renderText(text: string): Markup {
  return html`${text.split(/\n{2,}/u).map((paragraph) => html`<p>${renderLine(paragraph)}</p>`)}`;
}

export function renderLine(text: string): Markup {
  return html`${text.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}
