"""CLIP's transformer. Axes: B batch, L tokens, D width, H heads, K width of a head."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

HEAD_WIDTH = 64
"""Width of one attention head in every CLIP; a checkpoint's shapes do not tell it."""


class QuickGELU(nn.Module):
    """x·σ(1.702·x), the approximation that OpenAI's CLIP was trained with."""

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(1.702 * x)


class LayerNorm(nn.LayerNorm):
    """In the weights' precision, whatever the activations'; torch 1.13 cannot mix them on the CPU."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.to(self.weight.dtype)).to(x.dtype)


class Attention(nn.Module):
    """Multi-head self-attention with the parameter names of `nn.MultiheadAttention`."""

    def __init__(self, width: int):
        super().__init__()
        self.heads = width // HEAD_WIDTH
        self.in_proj_weight = nn.Parameter(torch.randn(3 * width, width) * width**-0.5)
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * width))
        self.out_proj = nn.Linear(width, width)

    def forward(self, x_BLD: Tensor, mask_LL: Tensor = None) -> Tensor:
        B, L, D = x_BLD.shape
        qkv = F.linear(x_BLD, self.in_proj_weight, self.in_proj_bias)
        q_BHLK, k_BHLK, v_BHLK = qkv.view(B, L, 3, self.heads, HEAD_WIDTH).permute(2, 0, 3, 1, 4)
        out_BHLK = attend(q_BHLK, k_BHLK, v_BHLK, mask_LL)
        return self.out_proj(out_BHLK.transpose(1, 2).reshape(B, L, D))


def attend(q_BHLK: Tensor, k_BHLK: Tensor, v_BHLK: Tensor, mask_LL: Tensor = None) -> Tensor:
    if hasattr(F, "scaled_dot_product_attention"):
        mask = None if mask_LL is None else mask_LL.to(q_BHLK.dtype)
        return F.scaled_dot_product_attention(q_BHLK, k_BHLK, v_BHLK, attn_mask=mask)
    scores_BHLL = (q_BHLK * (1 / math.sqrt(q_BHLK.shape[-1]))) @ k_BHLK.transpose(-2, -1)
    if mask_LL is not None:
        scores_BHLL = scores_BHLL + mask_LL
    return scores_BHLL.softmax(dim=-1).to(v_BHLK.dtype) @ v_BHLK


class Block(nn.Module):
    """Pre-LN transformer block."""

    def __init__(self, width: int, depth: int):
        super().__init__()
        self.attn = Attention(width)
        self.ln_1 = LayerNorm(width)
        self.mlp = nn.Sequential()
        self.mlp.add_module("c_fc", nn.Linear(width, 4 * width))
        self.mlp.add_module("gelu", QuickGELU())
        self.mlp.add_module("c_proj", nn.Linear(4 * width, width))
        self.ln_2 = LayerNorm(width)
        residual_std = width**-0.5 * (2 * depth) ** -0.5
        nn.init.normal_(self.attn.out_proj.weight, std=residual_std)
        nn.init.zeros_(self.attn.out_proj.bias)
        nn.init.normal_(self.mlp.c_fc.weight, std=(2 * width) ** -0.5)
        nn.init.normal_(self.mlp.c_proj.weight, std=residual_std)

    def forward(self, x_BLD: Tensor, mask_LL: Tensor = None) -> Tensor:
        x_BLD = x_BLD + self.attn(self.ln_1(x_BLD), mask_LL)
        return x_BLD + self.mlp(self.ln_2(x_BLD))


class Transformer(nn.Module):
    """`depth` blocks under the name `resblocks`."""

    def __init__(self, width: int, depth: int):
        super().__init__()
        self.resblocks = nn.ModuleList(Block(width, depth) for _ in range(depth))

    def forward(self, x_BLD: Tensor, mask_LL: Tensor = None) -> Tensor:
        for block in self.resblocks:
            x_BLD = block(x_BLD, mask_LL)
        return x_BLD


def with_class_token(tokens_BLD: Tensor, class_D: Tensor, positions_LD: Tensor) -> Tensor:
    """Class token first, positions added: `[B, 1 + L, D]`."""
    class_B1D = class_D.to(tokens_BLD.dtype).expand(tokens_BLD.shape[0], 1, -1)
    return torch.cat([class_B1D, tokens_BLD], dim=1) + positions_LD.to(tokens_BLD.dtype)


def to_tokens(x_BDGG: Tensor) -> Tensor:
    return x_BDGG.flatten(2).transpose(1, 2)


def to_grid(tokens_BLD: Tensor) -> Tensor:
    B, L, D = tokens_BLD.shape
    grid = math.isqrt(L)
    return tokens_BLD.transpose(1, 2).reshape(B, D, grid, grid)
