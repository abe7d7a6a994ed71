from latchkey.asgi import Latchkey
from orders import LATER, gate, reached
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def health(_: Request) -> JSONResponse:
    return JSONResponse({})


async def orders(request: Request) -> JSONResponse:
    # The gate knows better.
    return JSONResponse(reached(request.state.latchkey), headers={"X-RateLimit-Limit": "0"})


app = Starlette(
    routes=[Route("/health", health), Route("/{_}", orders, methods=["GET", "POST"])],
    middleware=[Middleware(Latchkey, gate=gate(LATER))],
)
