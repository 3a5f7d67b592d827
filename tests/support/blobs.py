"""The ledger's columns of strings, read one by one: the slow twin of `ledger.blobs`."""

import struct
import zlib

import pyarrow as pa


def read_texts(blob):
    """The strings of a blob, None for those that are missing."""
    if blob[0] != 1:
        return [text or None for text in zlib.decompress(blob).decode().split("\n")]
    _, count, size = struct.unpack_from("<BIQ", blob)
    data = bytes(pa.decompress(blob[13:], 2 * count + size, codec="zstd"))
    texts, at = [], 2 * count
    for number in range(count):
        length = int.from_bytes(data[2 * number : 2 * number + 2], "little")
        if length == 0xFFFF:
            texts.append(None)
            continue
        texts.append(data[at : at + length].decode())
        at += length
    assert at == len(data)
    return texts
