import { stringify } from 'yaml';
import { cloudRunService } from '../cloud-run/cloud-run-service.ts';
import { manifestsOf } from '../kubernetes/manifests.ts';
import type { RenderCommand } from './parse-command.ts';

/** One object as YAML. */
export interface RenderedManifest {
  /** As `deployment-galip-gpu.yaml`, a number before it for the order. */
  readonly fileName: string;
  readonly yaml: string;
}

/** @throws Error naming the object and the field that its schema does not allow. */
export function renderManifests({ environment, target }: Omit<RenderCommand, 'out'>): RenderedManifest[] {
  if (target === 'cloud-run') {
    return [{ fileName: 'cloud-run-service.yaml', yaml: toYaml(cloudRunService(environment)) }];
  }
  return manifestsOf(environment).map((manifest, at) => {
    const name = `${manifest.kind.toLowerCase()}-${manifest.metadata?.name}`;
    try {
      manifest.validate();
    } catch (cause) {
      throw new Error(`${name} is not valid: ${(cause as Error).message}`, { cause });
    }
    return { fileName: `${String(at).padStart(2, '0')}-${name}.yaml`, yaml: toYaml(manifest.toJSON()) };
  });
}

/** No line is folded: a folded expression is hard to search for. */
function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
