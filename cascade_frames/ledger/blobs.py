"""How lists of strings and hashes lie in the ledger."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from cascade_frames.planning.hashing import Hashes

_FAST: Final = 1
_HASH: Final = np.dtype("<u8")


def pack_texts(texts: Sequence[str | None]) -> bytes:
    """Strings without line breaks, compressed; None becomes the empty string."""
    return zlib.compress("\n".join(text or "" for text in texts).encode(), _FAST)


def unpack_texts(blob: bytes) -> npt.NDArray[np.object_]:
    """The strings of `pack_texts` (object dtype), None for empty ones."""
    texts = np.array(zlib.decompress(blob).decode().split("\n"), dtype=object)
    texts[texts == ""] = None
    return texts


def pack_hashes(hashes: Hashes) -> bytes:
    """Hashes as little-endian uint64."""
    return hashes.astype(_HASH).tobytes()


def unpack_hashes(blob: bytes) -> Hashes:
    """The hashes of `pack_hashes`."""
    return np.frombuffer(blob, dtype=_HASH).astype(np.uint64)
