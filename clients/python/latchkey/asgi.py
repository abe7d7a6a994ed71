"""The gate in front of an ASGI app: FastAPI, Starlette and their like."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Optional, Union

from latchkey.gate import Gate, Request
from latchkey.verdict import Answer, Question, Verdict

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Latchkey:
    """Lets `app` see the requests that `gate` lets in, each with its verdict: `request.state.latchkey`."""

    def __init__(self, app: App, gate: Optional[Gate] = None) -> None:
        self._app = app
        self._gate = gate or Gate()
        # Asking blocks, and the event loop must not wait.
        self._threads = ThreadPoolExecutor(self._gate.client.connections, thread_name_prefix="latchkey")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # All but the events of the server's own life are requests.
        question = None if scope["type"] == "lifespan" else self._gate.question(_request(scope))
        if question is None:
            await self._app(scope, receive, send)
            return
        decided = await self._decide(question)
        if isinstance(decided, Answer):
            await _refuse(decided, scope, send)
            return
        scope["state"] = {**scope.get("state", {}), "latchkey": decided}
        headers = _encoded(decided["headers"].items())
        names = {name for name, _ in headers}

        async def with_headers(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.accept", "websocket.http.response.start"):
                others = [header for header in message.get("headers", ()) if header[0].lower() not in names]
                message = {**message, "headers": others + headers}
            await send(message)

        await self._app(scope, receive, with_headers)

    async def _decide(self, question: Question) -> Union[Verdict, Answer]:
        asking = asyncio.get_running_loop().run_in_executor(self._threads, self._gate.decide, question)
        try:
            # The wait for a thread counts, too.
            return await asyncio.wait_for(asking, self._gate.client.timeout)
        except asyncio.TimeoutError:
            return self._gate.shut("not in time")


def _request(scope: Scope) -> Request:
    def header(name: str) -> list[str]:
        wanted = name.lower().encode()
        return [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == wanted]

    client = scope.get("client")
    return Request(scope.get("method", "GET"), scope["path"], client[0] if client else None, header, scope)


async def _refuse(answer: Answer, scope: Scope, send: Send) -> None:
    kind = "http.response"
    if scope["type"] == "websocket":
        kind = "websocket.http.response"
        if kind not in scope.get("extensions", {}):
            # All that such a server can answer is 403.
            await send({"type": "websocket.close", "code": 1008})
            return
    headers = _encoded([*answer.headers.items(), ("content-length", str(len(answer.body)))])
    await send({"type": f"{kind}.start", "status": answer.status, "headers": headers})
    await send({"type": f"{kind}.body", "body": answer.body})


def _encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
