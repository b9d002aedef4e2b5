import { Hono } from 'hono';

// The least that a Worker on Hono can do: what the edge's cache-hit path is measured against.
const app: Hono = new Hono();
app.get('/', (context) => context.text('hello'));

export default app;
