import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CommandError } from '../command/command-error.ts';
import { parseCommand, USAGE } from './parse-command.ts';
import { renderManifests } from './render-manifests.ts';

// `npm run infra:render`: an environment's manifests as YAML.

async function run(argv: readonly string[]): Promise<string> {
  const command = parseCommand(argv);
  if (!command) return USAGE;
  const manifests = renderManifests(command);
  if (command.out === undefined) return manifests.map(({ yaml }) => yaml).join('---\n');
  const folder = resolve(process.env.INIT_CWD ?? '', command.out);
  await mkdir(folder, { recursive: true });
  for (const { fileName, yaml } of manifests) await writeFile(join(folder, fileName), yaml);
  return manifests.map(({ fileName }) => join(folder, fileName)).join('\n');
}

try {
  process.stdout.write(`${(await run(process.argv.slice(2))).trimEnd()}\n`);
} catch (error) {
  console.error(error instanceof CommandError ? error.message : error);
  process.exitCode = 1;
}
