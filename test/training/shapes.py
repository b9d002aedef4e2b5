"""Drawn shapes with captions, as the data set reader would give them, and a model small enough to train on them in seconds."""

import torch

COLOURS = {"red": (220, 30, 30), "green": (20, 170, 60), "blue": (30, 60, 220), "black": (10, 10, 10)}
SHAPES = ("square", "circle", "bar")
WORDS = ["a", *COLOURS, *SHAPES]
START, END = 62, 63
CONTEXT, EDGE = 6, 32

TINY = {
    "name": "shapes",
    "seed": 5,
    "clip": {
        "image_size": EDGE, "patch_size": 4, "vision_width": 64, "vision_blocks": 3, "embed_dim": 32,
        "text_width": 64, "text_blocks": 1, "context_length": CONTEXT, "vocab_size": 64,
        "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
    },
    "generator": {"nf": 8, "z_dim": 8, "code_channels": 8, "mapper_channels": 4, "mapper_blocks": 2, "prompt_tokens": 2},
    "discriminator": {"feature_blocks": [0, 1, 2], "out_channels": 16, "joint_channels": 8},
    "train_clip": {"steps": 6, "batch_size": 4, "warmup_steps": 2, "checkpoint_steps": 3, "log_steps": 1, "max_grad_norm": 1},
    "train_gan": {"steps": 6, "batch_size": 4, "ema_decay": 0.99, "checkpoint_steps": 3, "log_steps": 1, "sheet_steps": 0},
    "evaluate": {"samples": 12, "batch_size": 5, "diversity_seeds": 3, "prompts": ["a red square", "a blue circle"]},
}  # fmt: skip

JUDGE = {
    **TINY,
    "clip": {**TINY["clip"], "vision": "resnet", "vision_width": 8, "vision_blocks": 1},
    "train_clip": {
        **TINY["train_clip"], "target": "concepts", "early_sizes": [16, 24], "early_steps": [2, 3], "augment": ["affine", "tint", "blur", "cutout"],
    },
}  # fmt: skip


def tokenise(captions, context_length: int) -> torch.Tensor:
    ids = [[START, *(WORDS.index(word) for word in caption.split()), END] for caption in captions]
    return torch.tensor([row + [0] * (context_length - len(row)) for row in ids])


def draw(colour: str, shape: str, size: int) -> torch.Tensor:
    """uint8 `[3, EDGE, EDGE]` on white."""
    image = torch.full((3, EDGE, EDGE), 255, dtype=torch.uint8)
    y, x = torch.meshgrid(torch.arange(EDGE) - EDGE // 2, torch.arange(EDGE) - EDGE // 2, indexing="ij")
    masks = {
        "square": (x.abs() < size) & (y.abs() < size),
        "circle": x**2 + y**2 < size**2,
        "bar": (x.abs() < size) & (y.abs() < 3),
    }
    image[:, masks[shape]] = torch.tensor(COLOURS[colour], dtype=torch.uint8)[:, None]
    return image


class ShapeDataset(torch.utils.data.Dataset):
    def __init__(self, count: int):
        kinds = [(colour, shape) for colour in COLOURS for shape in SHAPES]
        self.items = [(*kinds[index % len(kinds)], 6 + index // len(kinds) % 8) for index in range(count)]

    def __len__(self) -> int:
        return len(self.items)

    def concept(self, index: int) -> str:
        colour, shape, _ = self.items[index]
        return f"{colour} {shape}"

    def __getitem__(self, index: int) -> dict:
        colour, shape, size = self.items[index]
        caption = f"a {colour} {shape}"
        return {
            "image": draw(colour, shape, size), "token_ids": tokenise([caption], CONTEXT)[0],
            "caption": caption, "key": str(index), "concept": self.concept(index), "drawn_in": "small" if size == 6 else "large",
        }  # fmt: skip
