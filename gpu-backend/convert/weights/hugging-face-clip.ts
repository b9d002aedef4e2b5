import { CheckpointError } from '../checkpoint/checkpoint-error.ts';
import { concatRows } from '../graph/tensors/concat-rows.ts';
import type { FloatTensor } from '../graph/tensors/float-tensor.ts';
import { transposeMatrix } from '../graph/tensors/transpose-matrix.ts';

/** A tensor by which Hugging Face's names are recognised. */
export const HUGGING_FACE_LANDMARK = 'text_model.embeddings.token_embedding.weight';

/** Hugging Face's names → OpenAI's. `pre_layrnorm` is their spelling. */
const RENAMED: Readonly<Record<string, string>> = {
  [HUGGING_FACE_LANDMARK]: 'token_embedding.weight',
  'text_model.embeddings.position_embedding.weight': 'positional_embedding',
  'text_model.final_layer_norm.weight': 'ln_final.weight',
  'text_model.final_layer_norm.bias': 'ln_final.bias',
  'vision_model.embeddings.class_embedding': 'visual.class_embedding',
  'vision_model.embeddings.patch_embedding.weight': 'visual.conv1.weight',
  'vision_model.embeddings.position_embedding.weight': 'visual.positional_embedding',
  'vision_model.pre_layrnorm.weight': 'visual.ln_pre.weight',
  'vision_model.pre_layrnorm.bias': 'visual.ln_pre.bias',
  'vision_model.post_layernorm.weight': 'visual.ln_post.weight',
  'vision_model.post_layernorm.bias': 'visual.ln_post.bias',
};

/** Linear layers there, plain matrices `[in, out]` here. */
const TRANSPOSED: Readonly<Record<string, string>> = {
  'text_projection.weight': 'text_projection',
  'visual_projection.weight': 'visual.proj',
};

const BLOCK = /^(text_model|vision_model)\.encoder\.layers\.(\d+)\.(.+)\.(weight|bias)$/u;

/** Layers of a block. */
const RENAMED_LAYER: Readonly<Record<string, string>> = {
  layer_norm1: 'ln_1',
  layer_norm2: 'ln_2',
  'self_attn.out_proj': 'attn.out_proj',
  'mlp.fc1': 'mlp.c_fc',
  'mlp.fc2': 'mlp.c_proj',
};

const QUERY = 'self_attn.q_proj';
const PROJECTIONS = [QUERY, 'self_attn.k_proj', 'self_attn.v_proj'];

/**
 * CLIP's tensors under OpenAI's names; query, key and value become one projection. Unknown names stay as they are.
 * @throws CheckpointError when a block has not all of its three projections, or two tensors get one name.
 */
export function fromHuggingFace(
  file: string,
  tensors: ReadonlyMap<string, FloatTensor>,
): ReadonlyMap<string, FloatTensor> {
  const renamed = new Map<string, FloatTensor>();
  for (const [name, tensor] of tensors) {
    const [newName, newTensor] = rename(file, tensors, name, tensor);
    if (newName === undefined) continue;
    if (renamed.has(newName)) throw new CheckpointError({ file, reason: `tensor ${newName} stands twice` });
    renamed.set(newName, newTensor);
  }
  return renamed;
}

/** The new name is undefined where the tensor is part of another. */
function rename(
  file: string,
  tensors: ReadonlyMap<string, FloatTensor>,
  name: string,
  tensor: FloatTensor,
): [name: string | undefined, tensor: FloatTensor] {
  const transposed = TRANSPOSED[name];
  if (transposed !== undefined && tensor.shape.length === 2) return [transposed, transposeMatrix(tensor)];
  const [, tower, index, layer = '', kind] = BLOCK.exec(name) ?? [];
  const scope = `${tower === 'vision_model' ? 'visual.' : ''}transformer.resblocks.${index}.`;
  if (layer === QUERY) return [`${scope}attn.in_proj_${kind}`, joinProjections(file, tensors, name)];
  if (PROJECTIONS.includes(layer) && tensors.has(name.replace(layer, QUERY))) return [undefined, tensor];
  const newLayer = RENAMED_LAYER[layer];
  return [newLayer === undefined ? (RENAMED[name] ?? name) : `${scope}${newLayer}.${kind}`, tensor];
}

function joinProjections(
  file: string,
  tensors: ReadonlyMap<string, FloatTensor>,
  queryName: string,
): FloatTensor {
  const parts = PROJECTIONS.map((layer) => {
    const name = queryName.replace(QUERY, layer);
    const tensor = tensors.get(name);
    const { shape = [] } = tensors.get(queryName) ?? {};
    if (!tensor || String(tensor.shape) !== String(shape)) {
      const found = tensor ? `has shape [${tensor.shape.join(', ')}]` : 'is missing';
      const reason = `tensor ${name} ${found}; expected [${shape.join(', ')}]`;
      throw new CheckpointError({ file, reason });
    }
    return tensor;
  });
  return concatRows(parts);
}
