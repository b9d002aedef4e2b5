"""Loads CLIP from OpenAI's TorchScript archive, a state dict, open_clip's or Hugging Face's files."""

import dataclasses
import json
import math
import pickle
import re
from pathlib import Path

import torch

from .clip import Clip
from .config import ClipConfig
from .resnet_tower import STAGES
from .safetensors_file import read_safetensors
from .transformer import HEAD_WIDTH

NOT_WEIGHTS = {"input_resolution", "context_length", "vocab_size"}
"""Numbers that OpenAI's archives keep among the tensors."""

RESNET_STEM = "visual.stem.0.weight"
"""Only a `ResNetTower` has it."""


def load_clip(path: Path, statistics: ClipConfig = ClipConfig()) -> Clip:
    """Frozen, float32. Sizes come from the tensors; the pixel statistics, and a resnet's image size, from the JSON beside the
    file, else from `statistics`.

    raises ValueError when a tensor is missing or has another shape, OSError.
    """
    path = Path(path)
    state = to_openai_names(read_state(path))
    beside = path.with_suffix(".json")
    if beside.exists():
        described = json.loads(beside.read_text(encoding="utf-8")).get("clip", {})
        given = {name: tuple(described[name]) for name in ("image_mean", "image_std") if name in described}
        given |= {"image_size": described["image_size"]} if "image_size" in described else {}
        statistics = dataclasses.replace(statistics, **given)
    try:
        clip = Clip(read_sizes(state, statistics))
        clip.load_state_dict({name: tensor.float() for name, tensor in state.items()})
    except (KeyError, RuntimeError) as error:
        raise ValueError(f"{path}: is not a CLIP: {error}") from error
    return clip.freeze()


def read_state(path: Path) -> dict:
    if path.suffix == ".safetensors":
        return read_safetensors(path)
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, pickle.UnpicklingError):
        state = torch.jit.load(str(path), map_location="cpu")
    # torch 1.13 loads an archive here by itself, newer ones refuse it above.
    if isinstance(state, torch.jit.ScriptModule):
        state = state.state_dict()
    state = state.get("state_dict", state)
    return {name[7:] if name.startswith("module.") else name: tensor for name, tensor in state.items()}


def load_vit(path: Path, statistics: ClipConfig = ClipConfig()) -> Clip:
    """A CLIP that can guide a GAN. raises ValueError when its image tower is none of transformer blocks, and as `load_clip`."""
    clip = load_clip(path, statistics)
    if clip.sizes.vision != "vit":
        raise ValueError(f"{path}: its image tower is a {clip.sizes.vision}; the GAN needs a vit")
    return clip


def read_sizes(state: dict, statistics: ClipConfig) -> ClipConfig:
    vision = read_resnet_sizes(state, statistics) if RESNET_STEM in state else read_vit_sizes(state)
    vocab_size, text_width = state["token_embedding.weight"].shape
    check_width("token_embedding.weight", text_width)
    return ClipConfig(
        **vision,
        embed_dim=state["text_projection"].shape[1],
        text_width=text_width,
        text_blocks=count_blocks(state, "transformer"),
        context_length=len(state["positional_embedding"]),
        vocab_size=vocab_size,
        image_mean=statistics.image_mean,
        image_std=statistics.image_std,
    )


def read_vit_sizes(state: dict) -> dict:
    width, _, patch, _ = state["visual.conv1.weight"].shape
    check_width("visual.conv1.weight", width)
    return {
        "image_size": patch * math.isqrt(len(state["visual.positional_embedding"]) - 1),
        "patch_size": patch,
        "vision_width": width,
        "vision_blocks": count_blocks(state, "visual.transformer"),
    }


def read_resnet_sizes(state: dict, statistics: ClipConfig) -> dict:
    blocks = 1 + max(int(name.split(".")[2]) for name in state if name.startswith("visual.blocks."))
    return {
        "vision": "resnet",
        "image_size": statistics.image_size,
        "vision_width": len(state["visual.blocks.0.conv1.weight"]),
        "vision_blocks": blocks // STAGES,
    }


def check_width(name: str, value: int) -> None:
    if value % HEAD_WIDTH:
        raise ValueError(f"{name} gives the width {value}; must be a multiple of {HEAD_WIDTH}")


def count_blocks(state: dict, prefix: str) -> int:
    pattern = re.compile(re.escape(prefix) + r"\.resblocks\.(\d+)\.")
    return 1 + max(int(match.group(1)) for match in map(pattern.match, state) if match)


HUGGING_FACE_NAMES = (
    (r"^vision_model\.embeddings\.class_embedding$", "visual.class_embedding"),
    (r"^vision_model\.embeddings\.patch_embedding\.", "visual.conv1."),
    (r"^vision_model\.embeddings\.position_embedding\.weight$", "visual.positional_embedding"),
    (r"^vision_model\.pre_layrnorm\.", "visual.ln_pre."),
    (r"^vision_model\.post_layernorm\.", "visual.ln_post."),
    (r"^vision_model\.encoder\.layers\.", "visual.transformer.resblocks."),
    (r"^text_model\.embeddings\.token_embedding\.", "token_embedding."),
    (r"^text_model\.embeddings\.position_embedding\.weight$", "positional_embedding"),
    (r"^text_model\.final_layer_norm\.", "ln_final."),
    (r"^text_model\.encoder\.layers\.", "transformer.resblocks."),
    (r"\.self_attn\.", ".attn."),
    (r"\.layer_norm(\d)\.", r".ln_\1."),
    (r"\.mlp\.fc1\.", ".mlp.c_fc."),
    (r"\.mlp\.fc2\.", ".mlp.c_proj."),
)


def to_openai_names(state: dict) -> dict:
    """Hugging Face's names and split q, k, v become OpenAI's; OpenAI's pass."""
    if "text_projection.weight" not in state:
        return {name: tensor for name, tensor in state.items() if name not in NOT_WEIGHTS}
    renamed = {}
    for name, tensor in state.items():
        if name.endswith("position_ids"):
            continue
        for pattern, replacement in HUGGING_FACE_NAMES:
            name = re.sub(pattern, replacement, name)
        renamed[name] = tensor
    renamed["text_projection"] = renamed.pop("text_projection.weight").t()
    renamed["visual.proj"] = renamed.pop("visual_projection.weight").t()
    for kind in ("weight", "bias"):
        for name in [name for name in renamed if name.endswith(f".q_proj.{kind}")]:
            stem = name[: -len(f"q_proj.{kind}")]
            parts = [renamed.pop(f"{stem}{part}_proj.{kind}") for part in "qkv"]
            renamed[f"{stem}in_proj_{kind}"] = torch.cat(parts)
    return renamed
