import { html } from 'hono/html';
import type { Schema } from '../document.ts';
import { describeLimits, describeType, nameOfReference } from './describe-type.ts';
import { type Markup, renderLine } from './render-text.ts';

/** The fields of an object, and of the objects within it; what has a name is linked to its own section. */
function renderFields(schema: Schema): Markup {
  const { properties = {}, required = [] } = schema;
  return html`<dl class="fields">${Object.entries(properties).map(
    ([name, field]) => html`<div>
<dt><code>${name}</code>${required.includes(name) ? html` <span class="required">required</span>` : ''}
<span class="type">${renderType(field)}</span></dt>
<dd>${field.description === undefined ? '' : renderLine(field.description)}
${renderLimits(field)}${nestedObjectsOf(field).map(renderFields)}</dd></div>`,
  )}</dl>`;
}

/** A schema of a body: by its fields, or by a link to them. */
export function renderBody(schema: Schema): Markup {
  const parts = schema.anyOf ?? schema.oneOf;
  if (parts)
    return html`${parts.map((part, at) => html`${at > 0 ? html`<p>or</p>` : ''}${renderBody(part)}`)}`;
  if (schema.properties) return renderFields(schema);
  return html`<p class="type">${renderType(schema)}</p>`;
}

function renderType(schema: Schema): Markup {
  const names = new Set(referencesIn(schema));
  const words = describeType(schema).split(/\b/u);
  return html`${words.map((word) => (names.has(word) ? html`<a href="#schema-${word}">${word}</a>` : word))}`;
}

function renderLimits(schema: Schema): Markup | '' {
  const limits = describeLimits(schema);
  return limits === '' ? '' : html` <span class="limits">${limits}</span>`;
}

function referencesIn({ $ref, items, anyOf = [], oneOf = [], allOf = [] }: Schema): string[] {
  if ($ref !== undefined) return [nameOfReference($ref)];
  return [...(items ? [items] : []), ...anyOf, ...oneOf, ...allOf].flatMap(referencesIn);
}

function nestedObjectsOf(schema: Schema): Schema[] {
  const { properties, items, anyOf = [], oneOf = [], allOf = [] } = schema;
  if (properties) return [schema];
  return [...(items ? [items] : []), ...anyOf, ...oneOf, ...allOf].flatMap(nestedObjectsOf);
}
