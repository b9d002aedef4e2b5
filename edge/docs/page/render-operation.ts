import { html } from 'hono/html';
import { type Answer, type CodeSample, JSON_TYPE, type Operation, type Schema } from '../document.ts';
import { describeLimits, describeType, nameOfReference } from './describe-type.ts';
import { renderBody } from './render-schema.ts';
import { type Markup, renderLine, renderText } from './render-text.ts';
import type { Entry } from './sections.ts';

type Schemas = Readonly<Record<string, Schema>>;

/** One endpoint: what it does, takes, answers and refuses, and programs that call it. */
export function renderOperation({ path, method, operation }: Entry, schemas: Schemas): Markup {
  const { operationId, summary, description, security, requestBody } = operation;
  const body = requestBody?.content[JSON_TYPE]?.schema;
  return html`<article id="${operationId}">
<h3><a href="#${operationId}">${summary}</a></h3>
<p class="endpoint"><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code>${
    security ? html` <span class="key">API key</span>` : ''
  }</p>
${description === undefined ? '' : renderText(description)}
${renderSamples(operationId, operation['x-codeSamples'] ?? [])}
${renderParameters(operation)}
${body ? html`<h4>Body</h4>${renderBody(resolve(body, schemas))}` : ''}
<h4>Answers</h4>${renderAnswers(operation)}
${renderErrors(operation)}
</article>`;
}

/** A body's fields stand where they are needed, also where they have a name. */
function resolve(schema: Schema, schemas: Schemas): Schema {
  return (schema.$ref !== undefined && schemas[nameOfReference(schema.$ref)]) || schema;
}

function renderParameters({ parameters = [] }: Operation): Markup | '' {
  if (parameters.length === 0) return '';
  return html`<h4>Parameters</h4><dl class="fields">${parameters.map(
    ({ name, in: place, required, description, schema }) => html`<div>
<dt><code>${name}</code>${required ? html` <span class="required">required</span>` : ''}
<span class="type">${place}, ${describeType(schema)}</span></dt>
<dd>${renderLine(description ?? schema.description ?? '')} <span class="limits">${describeLimits(schema)}</span></dd></div>`,
  )}</dl>`;
}

function renderAnswers({ responses }: Operation): Markup {
  const answers = Object.entries(responses).filter(([status]) => Number(status) < 400);
  return html`${answers.map(([status, { description, content = {}, headers = {} }]) => {
    const schema = content[JSON_TYPE]?.schema;
    const types = Object.keys(content).filter((type) => type !== JSON_TYPE);
    return html`<div class="answer"><p><b>${status}</b> ${renderLine(description)}
${types.map((type) => html` <code>${type}</code>`)}</p>${schema ? renderBody(schema) : ''}${renderHeaders(headers)}</div>`;
  })}`;
}

function renderHeaders(headers: NonNullable<Answer['headers']>): Markup | '' {
  const entries = Object.entries(headers);
  if (entries.length === 0) return '';
  return html`<details><summary>Headers</summary><dl class="fields">${entries.map(
    ([name, { description = '' }]) =>
      html`<div><dt><code>${name}</code></dt><dd>${renderLine(description)}</dd></div>`,
  )}</dl></details>`;
}

function renderErrors({ responses }: Operation): Markup {
  const errors = Object.entries(responses).filter(([status]) => Number(status) >= 400);
  return html`<details class="errors"><summary>Errors (${errors.map(([status]) => status).join(', ')})</summary>
<table><thead><tr><th>Status</th><th>Code and meaning</th></tr></thead><tbody>${errors.map(
    ([status, { description }]) => html`<tr><td>${status}</td><td>${renderText(description)}</td></tr>`,
  )}</tbody></table></details>`;
}

/** One program at a time, chosen by radio buttons: no script is needed to read them. */
function renderSamples(operationId: string, samples: readonly CodeSample[]): Markup | '' {
  if (samples.length === 0) return '';
  return html`<fieldset class="samples"><legend>Example</legend>${samples.map(
    ({ label, source }, at) =>
      html`<input type="radio" name="sample-${operationId}" id="sample-${operationId}-${at}" ${
        at === 0 ? html`checked` : ''
      }><label for="sample-${operationId}-${at}">${label}</label><pre tabindex="0"><code>${source}</code></pre>`,
  )}</fieldset>`;
}
