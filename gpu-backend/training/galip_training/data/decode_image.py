"""Image files → square RGB pictures."""

import io
import warnings
from typing import Optional, Tuple

import numpy as np
import torch
from PIL import Image, UnidentifiedImageError

from .sample_source import Box, SampleError

MAX_PIXELS = 100_000_000
"""More than any photograph of these data sets; a small file may claim much more (a decompression bomb)."""

CROP_SHARE = 64 / 76
"""Of the shorter side, in random crops: DF-GAN resizes to 76/64 of the size and crops to the size."""

BOX_MARGIN = 0.75
"""Half the side of a bird's crop by its box's longer side, as DF-GAN and its forerunners cut it."""


def decode_image(content: bytes, size: int, box: Optional[Box] = None, crop: Optional[Tuple[float, float, bool]] = None) -> torch.Tensor:
    """uint8 `[3, size, size]`. What is transparent becomes white. Without `crop` the middle square is taken; `crop` is
    (x, y, mirrored), both of 0 … 1: where in the free space a square of 64/76 of the shorter side lies.

    raises SampleError when the image is damaged, empty or too large."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(content)) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise SampleError(f"has {image.width}×{image.height} pixels; allowed are {MAX_PIXELS}")
                picture = to_rgb(image)
    except SampleError:
        raise
    except UnidentifiedImageError as error:
        raise SampleError("is no image of a known kind") from error
    except Exception as error:
        # PIL's decoders raise whatever they stumble over: OSError, SyntaxError, struct.error, IndexError …
        raise SampleError(f"is a damaged image: {error}") from error
    if box is not None:
        picture = picture.crop(box_edges(box, picture.size))
        if min(picture.size) < 1:
            raise SampleError(f"bounding box {box} is outside of the image")
    square = square_edges(picture.size, crop)
    resized = picture.resize((size, size), Image.BICUBIC, box=square, reducing_gap=3.0)
    pixels = np.asarray(resized, dtype=np.uint8)
    if crop is not None and crop[2]:
        pixels = pixels[:, ::-1]
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(2, 0, 1)))


def to_rgb(image: Image.Image) -> Image.Image:
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        return Image.alpha_composite(white, rgba).convert("RGB")
    return image.convert("RGB")


def box_edges(box: Box, image_size: Tuple[int, int]) -> Tuple[int, int, int, int]:
    left, top, width, height = box
    reach = int(max(width, height) * BOX_MARGIN)
    x, y = (2 * left + width) // 2, (2 * top + height) // 2
    return max(0, x - reach), max(0, y - reach), min(image_size[0], x + reach), min(image_size[1], y + reach)


def square_edges(image_size: Tuple[int, int], crop: Optional[Tuple[float, float, bool]]) -> Tuple[float, float, float, float]:
    width, height = image_size
    x, y, side = 0.5, 0.5, float(min(width, height))
    if crop is not None:
        x, y, side = crop[0], crop[1], side * CROP_SHARE
    left, top = (width - side) * x, (height - side) * y
    return left, top, left + side, top + side
