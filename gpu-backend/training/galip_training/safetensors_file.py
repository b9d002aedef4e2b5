"""A reader of safetensors files: u64 header size, JSON header `{name: {dtype, shape, data_offsets}}`, raw little-endian data."""

import json
import struct
from pathlib import Path

import torch

DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "U8": torch.uint8,
}


def read_safetensors(path: Path) -> dict:
    """raises ValueError when the file is damaged, OSError."""
    data = bytearray(Path(path).read_bytes())
    try:
        (header_size,) = struct.unpack_from("<Q", data)
        header = json.loads(data[8 : 8 + header_size])
        header.pop("__metadata__", None)
        return {name: read_tensor(data, 8 + header_size, entry) for name, entry in header.items()}
    except (KeyError, TypeError, ValueError, struct.error, RuntimeError) as error:
        raise ValueError(f"{path}: is not a safetensors file: {error!r}") from error


def read_tensor(data: bytearray, base: int, entry: dict) -> torch.Tensor:
    dtype, (begin, end) = DTYPES[entry["dtype"]], entry["data_offsets"]
    if end > len(data) - base:
        raise ValueError(f"a tensor ends at byte {end} of {len(data) - base}")
    if begin == end:
        return torch.empty(entry["shape"], dtype=dtype)
    values = torch.frombuffer(data, dtype=torch.uint8, count=end - begin, offset=base + begin)
    # A copy: the tensors must neither be misaligned nor keep the whole file alive.
    return values.clone().view(dtype).reshape(entry["shape"])
