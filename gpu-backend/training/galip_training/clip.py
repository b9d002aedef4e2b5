"""CLIP (arXiv 2103.00020), both towers, with OpenAI's parameter names.

Axes: B batch, S image edge, G grid edge, L tokens, D width, E embedding, F feature blocks.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .config import ClipConfig
from .resnet_tower import ResNetTower
from .transformer import LayerNorm, Transformer, to_grid, to_tokens, with_class_token


class VisionTower(nn.Module):
    """Vision transformer; also gives the patch tokens of chosen blocks."""

    def __init__(self, sizes: ClipConfig):
        super().__init__()
        width, scale = sizes.vision_width, sizes.vision_width**-0.5
        self.conv1 = nn.Conv2d(3, width, sizes.patch_size, sizes.patch_size, bias=False)
        self.class_embedding = nn.Parameter(scale * torch.randn(width))
        self.positional_embedding = nn.Parameter(scale * torch.randn(sizes.grid**2 + 1, width))
        self.ln_pre = LayerNorm(width)
        self.transformer = Transformer(width, sizes.vision_blocks)
        self.ln_post = LayerNorm(width)
        self.proj = nn.Parameter(scale * torch.randn(width, sizes.embed_dim))

    def forward(self, pixels_B3SS: Tensor, feature_blocks: tuple = ()):
        """Patch tokens `[B, F, D, G, G]` of the blocks (None without any) and the embedding `[B, E]`."""
        x_BLD = to_tokens(self.conv1(pixels_B3SS))
        x_BLD = self.ln_pre(with_class_token(x_BLD, self.class_embedding, self.positional_embedding))
        features = []
        for index, block in enumerate(self.transformer.resblocks):
            x_BLD = block(x_BLD)
            if index in feature_blocks:
                features.append(to_grid(x_BLD[:, 1:]))
        embedding_BE = self.ln_post(x_BLD[:, 0]) @ self.proj
        return (torch.stack(features, dim=1) if features else None), embedding_BE


class Clip(nn.Module):
    """`sizes.image_mean` and `image_std` belong to pixels in 0 … 1."""

    def __init__(self, sizes: ClipConfig):
        super().__init__()
        self.sizes = sizes
        width = sizes.text_width
        self.visual = ResNetTower(sizes) if sizes.vision == "resnet" else VisionTower(sizes)
        self.token_embedding = nn.Embedding(sizes.vocab_size, width)
        self.positional_embedding = nn.Parameter(0.01 * torch.randn(sizes.context_length, width))
        self.transformer = Transformer(width, sizes.text_blocks)
        self.ln_final = LayerNorm(width)
        self.text_projection = nn.Parameter(width**-0.5 * torch.randn(width, sizes.embed_dim))
        self.logit_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        nn.init.normal_(self.token_embedding.weight, std=0.02)
        shape = (1, 3, 1, 1)
        self.register_buffer("mean", torch.tensor(sizes.image_mean).view(shape), persistent=False)
        self.register_buffer("std", torch.tensor(sizes.image_std).view(shape), persistent=False)

    def encode_text(self, ids_BL: Tensor, cut: bool = True) -> Tensor:
        """Sentence embedding `[B, E]`, not normalised, at the end token (the highest id).

        cut: work no further than the last end token, for which a GPU must be asked where it stands.
        """
        end_B = ids_BL.argmax(dim=-1)
        # Nothing after the end token can reach it through the causal mask: cutting is exact.
        length = int(end_B.max()) + 1 if cut else ids_BL.shape[1]
        x_BLD = self.token_embedding(ids_BL[:, :length]) + self.positional_embedding[:length]
        mask_LL = torch.full((length, length), float("-inf"), device=ids_BL.device).triu(1)
        x_BLD = self.ln_final(self.transformer(x_BLD, mask_LL))
        return x_BLD[torch.arange(len(end_B), device=ids_BL.device), end_B] @ self.text_projection

    def encode_image(self, image_B3SS: Tensor, feature_blocks: tuple = (), official: bool = False):
        """Features and embedding (see `VisionTower`) of images in −1 … 1.

        official: the input of the original GAN training, whose pixels were moved to 0.5 … 1 first.
        """
        size = self.sizes.image_size
        pixels = image_B3SS * 0.5 + 0.5
        if pixels.shape[-1] != size:
            pixels = F.interpolate(pixels, size=(size, size))
        if official:
            pixels = (pixels + 1) * 0.5
        return self.visual(self.normalise(pixels), feature_blocks)

    def normalise(self, pixels_B3SS: Tensor) -> Tensor:
        """From 0 … 1 to the tower's input."""
        return (pixels_B3SS - self.mean) / self.std

    def freeze(self) -> "Clip":
        return self.eval().requires_grad_(False)
