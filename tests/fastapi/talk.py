"""Opens the example's WebSocket as a program and as a browser does, says something, and prints what came of it as JSON.

talk.py URL TOKEN
"""

import asyncio
import json
import sys
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol


async def talk(url: str, **options: Any) -> dict[str, Any]:
    """One connection: what was heard, or how it was closed."""
    async with connect(url, proxy=None, **options) as socket:
        try:
            await socket.send("how many")
            return {"heard": await socket.recv(), "subprotocol": socket.subprotocol}
        except ConnectionClosed as closed:
            assert closed.rcvd is not None  # noqa: S101 - the server closes with a frame
            return {"code": closed.rcvd.code, "reason": closed.rcvd.reason}


async def main(url: str, token: str) -> None:
    """Both ways."""
    protocols = [Subprotocol("samovar"), Subprotocol(f"samovar.token.{token}")]
    program = await talk(url, additional_headers={"Authorization": f"Bearer {token}"})
    browser = await talk(url, subprotocols=protocols)
    print(json.dumps([program, browser]))


asyncio.run(main(*sys.argv[1:]))
