"""Say how many messages a JetStream holds, then remove it: count.py STREAM."""

import asyncio
import sys

import nats


async def main(stream: str) -> None:
    """Ask the stream."""
    client = await nats.connect("nats://127.0.0.1:4222")
    streams = client.jetstream()
    print((await streams.stream_info(stream)).state.messages, "messages in the stream")
    await streams.delete_stream(stream)
    await client.close()


asyncio.run(main(sys.argv[1]))
