"""CLIP from every kind of file in which it is published."""

import dataclasses
import json
import struct

import pytest
import torch

from galip_training.clip import Clip
from galip_training.clip_files import load_clip, load_vit
from galip_training.config import ClipConfig

SIZES = ClipConfig(image_size=28, patch_size=4, vision_width=64, vision_blocks=2, embed_dim=16, text_width=128, text_blocks=3, context_length=8, vocab_size=40)


@pytest.fixture(scope="module")
def original():
    torch.manual_seed(1)
    return Clip(SIZES).freeze()


def assert_loads(path, original):
    loaded = load_clip(path)
    assert loaded.sizes == original.sizes
    for name, tensor in original.state_dict().items():
        torch.testing.assert_close(loaded.state_dict()[name], tensor, rtol=2e-3, atol=2e-3)
    assert not any(p.requires_grad for p in loaded.parameters())
    return loaded


def write_safetensors(path, state):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in state.items():
        raw = tensor.contiguous().numpy().tobytes()
        kind = {torch.float32: "F32", torch.float16: "F16", torch.int64: "I64"}[tensor.dtype]
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def hugging_face_state(state):
    renamed = {"text_model.embeddings.position_ids": torch.arange(8)[None]}
    parts = (("ln_1", "layer_norm1"), ("ln_2", "layer_norm2"), ("mlp.c_fc", "mlp.fc1"), ("mlp.c_proj", "mlp.fc2"), ("attn.out_proj", "self_attn.out_proj"))
    names = {
        "visual.class_embedding": "vision_model.embeddings.class_embedding",
        "visual.positional_embedding": "vision_model.embeddings.position_embedding.weight",
        "visual.conv1.weight": "vision_model.embeddings.patch_embedding.weight",
        "positional_embedding": "text_model.embeddings.position_embedding.weight",
        "token_embedding.weight": "text_model.embeddings.token_embedding.weight",
        "logit_scale": "logit_scale",
    }
    for name, tensor in state.items():
        tower = "vision_model" if name.startswith("visual.") else "text_model"
        short = name.replace("visual.", "").replace("transformer.resblocks.", f"{tower}.encoder.layers.")
        if name in ("visual.proj", "text_projection"):
            renamed["visual_projection.weight" if tower == "vision_model" else "text_projection.weight"] = tensor.t().contiguous()
        elif ".in_proj_" in name:
            stem, kind = short.split(".attn.in_proj_")
            for part, third in zip("qkv", tensor.chunk(3)):
                renamed[f"{stem}.self_attn.{part}_proj.{kind}"] = third.contiguous()
        elif name in names:
            renamed[names[name]] = tensor
        elif ".ln_p" in name or name.startswith("ln_final"):
            end = {"ln_pre": "pre_layrnorm", "ln_post": "post_layernorm", "ln_final": "final_layer_norm"}[short.split(".")[0]]
            renamed[f"{tower}.{end}.{short.split('.')[1]}"] = tensor
        else:
            for ours, theirs in parts:
                short = short.replace(ours, theirs)
            renamed[short] = tensor
    return renamed


def test_state_dict_of_half_precision_from_several_gpus(tmp_path, original):
    state = {f"module.{name}": tensor.half() for name, tensor in original.state_dict().items()}
    torch.save({"state_dict": state}, tmp_path / "clip.pt")
    loaded = assert_loads(tmp_path / "clip.pt", original)
    assert all(p.dtype == torch.float32 for p in loaded.parameters())


def test_torchscript_archive(tmp_path, original):
    class Archive(torch.nn.Module):
        """CLIP's parts at the root and numbers among the tensors, as in OpenAI's files."""

        def __init__(self, clip):
            super().__init__()
            for name, part in (*clip.named_children(), *clip.named_parameters(recurse=False)):
                setattr(self, name, part)
            self.register_buffer("vocab_size", torch.tensor(40))

        def forward(self, x):
            return x + self.logit_scale

    archive = Archive(original)
    torch.jit.save(torch.jit.trace(archive, torch.zeros(1), check_trace=False), str(tmp_path / "clip.pt"))
    assert_loads(tmp_path / "clip.pt", original)


def test_open_clip_safetensors(tmp_path, original):
    write_safetensors(tmp_path / "clip.safetensors", original.state_dict())
    assert_loads(tmp_path / "clip.safetensors", original)


@pytest.mark.parametrize("suffix", ["safetensors", "bin"])
def test_hugging_face_files(tmp_path, original, suffix):
    path, state = tmp_path / f"model.{suffix}", hugging_face_state(original.state_dict())
    write_safetensors(path, state) if suffix == "safetensors" else torch.save(state, path)
    assert_loads(path, original)


def test_pixel_statistics_come_from_the_json_beside(tmp_path, original):
    torch.save(original.state_dict(), tmp_path / "clip.pth")
    (tmp_path / "clip.json").write_text(json.dumps({"clip": {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.25, 0.5, 0.5]}}))
    assert load_clip(tmp_path / "clip.pth").sizes.image_std == (0.25, 0.5, 0.5)


def test_a_resnet_is_known_by_its_tensors_and_cannot_guide_a_gan(tmp_path):
    sizes = dataclasses.replace(SIZES, vision="resnet", image_size=48, patch_size=ClipConfig().patch_size, vision_width=8)
    original = Clip(sizes)
    original.encode_image(torch.randn(4, 3, 48, 48))
    original.freeze()
    torch.save(original.state_dict(), tmp_path / "clip.pth")
    (tmp_path / "clip.json").write_text(json.dumps({"clip": {"image_size": 48}}))
    loaded, image = assert_loads(tmp_path / "clip.pth", original), torch.randn(2, 3, 48, 48)
    torch.testing.assert_close(loaded.encode_image(image)[1], original.encode_image(image)[1])
    with pytest.raises(ValueError, match="clip.pth: its image tower is a resnet; the GAN needs a vit"):
        load_vit(tmp_path / "clip.pth")


def test_other_files_are_refused_by_name(tmp_path, original):
    torch.save({"weight": torch.zeros(2)}, tmp_path / "x.pth")
    with pytest.raises(ValueError, match="x.pth: is not a CLIP"):
        load_clip(tmp_path / "x.pth")
    state = original.state_dict()
    torch.save({**state, "visual.proj": torch.zeros(3, 3)}, tmp_path / "y.pth")
    with pytest.raises(ValueError, match=r"y.pth: is not a CLIP(.|\n)*visual.proj"):
        load_clip(tmp_path / "y.pth")
    write_safetensors(tmp_path / "z.safetensors", state)
    (tmp_path / "z.safetensors").write_bytes((tmp_path / "z.safetensors").read_bytes()[:-40])
    with pytest.raises(ValueError, match="z.safetensors: is not a safetensors file"):
        load_clip(tmp_path / "z.safetensors")
