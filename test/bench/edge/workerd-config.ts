/** One Worker of a workerd: a bundle and what it is bound to. */
export interface WorkerService {
  readonly name: string;
  /** Of its bundle, relative to the configuration. */
  readonly path: string;
  readonly port?: number;
  readonly variables?: Readonly<Record<string, string>>;
  /** Bindings that must be there and are never called. */
  readonly unused?: readonly string[];
  /** Durable Object bindings, by the class that each is of. */
  readonly objects?: Readonly<Record<string, string>>;
  /** The service that its `caches.default` asks. */
  readonly cache?: string;
}

/** workerd's configuration as text. @see https://github.com/cloudflare/workerd/blob/main/src/workerd/server/workerd.capnp */
export function workerdConfig(services: readonly WorkerService[], compatibilityDate: string): string {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ${services.map((service) => `(name = ${quote(service.name)}, worker = ${workerOf(service, compatibilityDate)})`).join(',\n    ')},
    (name = "internet", network = (allow = ["private"]))
  ],
  sockets = [
    ${services.flatMap(({ name, port }) => (port === undefined ? [] : [`(name = ${quote(name)}, address = "127.0.0.1:${port}", http = (), service = ${quote(name)})`])).join(',\n    ')}
  ]
);
`;
}

function workerOf(
  { path, variables = {}, objects = {}, unused = [], cache }: WorkerService,
  date: string,
): string {
  const texts = Object.entries(variables).map(
    ([name, text]) => `(name = ${quote(name)}, text = ${quote(text)})`,
  );
  const placeholders = unused.map((name) => `(name = ${quote(name)}, json = "{}")`);
  const namespaces = Object.entries(objects).map(
    ([name, className]) => `(name = ${quote(name)}, durableObjectNamespace = ${quote(className)})`,
  );
  const classes = [...new Set(Object.values(objects))].map(
    (name) => `(className = ${quote(name)}, uniqueKey = ${quote(name)}, enableSql = true)`,
  );
  const parts = [
    `modules = [(name = "worker.js", esModule = embed ${quote(path)})]`,
    `compatibilityDate = ${quote(date)}`,
    `bindings = [${[...texts, ...placeholders, ...namespaces].join(', ')}]`,
    ...(classes.length === 0
      ? []
      : [`durableObjectNamespaces = [${classes.join(', ')}]`, 'durableObjectStorage = (inMemory = void)']),
    ...(cache === undefined ? [] : [`cacheApiOutbound = ${quote(cache)}`]),
  ];
  return `(${parts.join(', ')})`;
}

/** Cap'n Proto's text literals are C's, and so are JSON's as far as these values go. */
function quote(text: string): string {
  return JSON.stringify(text);
}
