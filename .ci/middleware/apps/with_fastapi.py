from fastapi import FastAPI, Request, WebSocket
from latchkey.asgi import Latchkey
from orders import gate, reached

app = FastAPI()
app.add_middleware(Latchkey, gate=gate())


@app.get("/health")
async def health() -> dict[str, str]:
    return {}


@app.get("/orders")
@app.post("/orders")
@app.get("/expensive")
@app.get("/misconfigured")
async def orders(request: Request) -> dict[str, str]:
    return reached(request.state.latchkey)


@app.websocket("/live")
async def live(socket: WebSocket) -> None:
    reached(socket.state.latchkey)
    await socket.accept()
    await socket.close()
