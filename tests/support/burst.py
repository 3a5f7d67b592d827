"""A burst of status posts over a few connections that stay open."""

import asyncio
import contextlib
import re
import time
from dataclasses import dataclass

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Burst:
    """What came of a burst: posts a second, and the seconds each post took, in order of size."""

    rate: float
    waits: list[float]

    def wait(self, share):
        """The longest wait of this share of the posts."""
        return self.waits[int(share * (len(self.waits) - 1))]


def post_all(port, secret, message_ids, connections):
    """Post one status for each message, the next on a connection once the last is answered."""
    return asyncio.run(_post_all(port, secret, list(message_ids), connections))


async def _post_all(port, secret, message_ids, connections):
    waits = []
    parts = [message_ids[at::connections] for at in range(connections)]
    begun = time.perf_counter()
    await asyncio.gather(*(_post_each(port, secret, part, waits) for part in parts))
    return Burst(len(message_ids) / (time.perf_counter() - begun), sorted(waits))


async def _post_each(port, secret, message_ids, waits):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for message_id in message_ids:
            begun = time.perf_counter()
            await _post(reader, writer, secret, message_id)
            waits.append(time.perf_counter() - begun)
    finally:
        writer.close()
        with contextlib.suppress(OSError):  # the receiver may be gone
            await writer.wait_closed()


async def _post(reader, writer, secret, message_id):
    body = (
        b'{"messageId":"%s","deliverystatus":"delivered",'
        b'"timestamp":"2026-11-23T10:00:00.000Z","cost":0.75}' % message_id.encode()
    )
    writer.write(
        b"POST /webhook/%s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (secret.encode(), len(body), body)
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 "), head
    await reader.readexactly(int(_LENGTH.search(head)[1]))
