import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  globSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Arg, Copy, type Dockerfile, DockerfileParser, Env, From, Run, User, Workdir } from 'dockerfile-ast';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

export const DOCKERFILE: Dockerfile = DockerfileParser.parse(
  readFileSync(join(REPOSITORY, 'infra/images/Dockerfile'), 'utf8'),
);

/** A stage's files and settings, its root a plain folder. */
export interface ImageTree {
  readonly root: string;
  readonly workdir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly user: string;
}

/**
 * Builds a stage without an engine: its COPY and RUN steps, and those of the stages that it stands on, in folders of this
 * machine. Base images are empty but for the Node that runs the tests; so what a stage takes from elsewhere in its base
 * is not shown by this.
 */
export function buildImageTree(target: string, buildArgs: Readonly<Record<string, string>>): ImageTree {
  const parent = mkdtempSync(join(tmpdir(), 'galip-image-'));
  chmodSync(parent, 0o755);
  const built = new Map<string, ImageTree>();
  const build = (name: string): ImageTree => {
    const existing = built.get(name);
    if (existing) return existing;
    const tree = runStage(name, parent, build, buildArgs);
    built.set(name, tree);
    return tree;
  };
  return build(target);
}

function runStage(
  name: string,
  parent: string,
  build: (name: string) => ImageTree,
  buildArgs: Readonly<Record<string, string>>,
): ImageTree {
  const [from, ...steps] = instructionsOf(name);
  const image = from instanceof From ? (from.getImage() ?? '') : '';
  const base = stageNames().includes(image) ? build(image) : undefined;
  const root = join(parent, name);
  if (base) linkTree(base.root, root);
  // Written as in the Dockerfile: the base image of the stages that run npm.
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a FROM
  else if (image === '${NODE_IMAGE}') layBaseImage(root);
  let { workdir, user } = base ?? { workdir: '/', user: '0' };
  const environment = { ...base?.environment };
  const args: Record<string, string> = {};
  const fill = (text: string) =>
    text.replace(/\$\{(\w+)\}/gu, (_, variable: string) => args[variable] ?? environment[variable] ?? '');

  for (const step of steps) {
    const words = step.getArguments().map((word) => word.getValue());
    if (step instanceof Workdir) workdir = words[0] ?? '';
    else if (step instanceof User) user = words[0] ?? '';
    else if (step instanceof Env) {
      for (const property of step.getProperties()) {
        environment[property.getName()] = fill(property.getValue() ?? '');
      }
    } else if (step instanceof Arg) {
      const property = step.getProperty();
      const key = property?.getName() ?? '';
      args[key] = buildArgs[key] ?? property?.getValue() ?? '';
    } else if (step instanceof Run) {
      const cwd = join(root, workdir);
      mkdirSync(cwd, { recursive: true });
      const PATH = `${join(root, 'usr/local/bin')}:${process.env.PATH}`;
      const env = { ...environmentOfBuilds(), ...environment, ...args, PATH };
      execFileSync('sh', ['-ec', step.getArgumentsContent() ?? ''], { cwd, env, stdio: 'pipe' });
    } else if (step instanceof Copy) {
      const source = step.getFromFlag()?.getValue();
      const target = words.pop() ?? '';
      const context = source ? build(source).root : REPOSITORY;
      for (const from of words.flatMap((word) => globSync(join(context, fill(word))))) {
        // COPY's rules: a folder's content, and files by their name into what ends in a slash.
        const name = target.endsWith('/') && statSync(from).isFile() ? basename(from) : '';
        const to = join(root, resolve('/', workdir, target), name);
        if (source) linkTree(from, to);
        else cpSync(from, to, { recursive: true });
      }
    }
  }
  return { root, workdir, environment, user };
}

/** This process's own, without what npm tells the scripts that it runs. */
function environmentOfBuilds(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^npm_/iu.test(name));
  // Packages that this machine has fetched before are taken from npm's cache.
  return { ...Object.fromEntries(kept), npm_config_prefer_offline: 'true' };
}

/** A copy by hard links: no step writes into a file that another stage has made. */
function linkTree(from: string, to: string): void {
  const stat = lstatSync(from);
  mkdirSync(stat.isDirectory() ? to : dirname(to), { recursive: true });
  if (stat.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
  else if (stat.isFile()) linkSync(from, to);
  else for (const name of readdirSync(from)) linkTree(join(from, name), join(to, name));
}

function layBaseImage(root: string): void {
  mkdirSync(join(root, 'usr/local/bin'), { recursive: true });
  copyFileSync(process.execPath, join(root, 'usr/local/bin/node'));
}

export function stageNames(): string[] {
  return DOCKERFILE.getFROMs().map((from) => from.getBuildStage() ?? '');
}

/** A stage's instructions, its FROM first. */
export function instructionsOf(stage: string) {
  const all = DOCKERFILE.getInstructions();
  const start = all.findIndex((step) => step instanceof From && step.getBuildStage() === stage);
  if (start < 0) throw new Error(`the Dockerfile has no stage ${stage}`);
  const length = all.slice(start + 1).findIndex((step) => step instanceof From);
  return all.slice(start, length < 0 ? undefined : start + 1 + length);
}
