from flask import Flask, request
from latchkey.wsgi import Latchkey
from orders import gate, reached

app = Flask(__name__)
app.wsgi_app = Latchkey(app.wsgi_app, gate())  # type: ignore[method-assign]


@app.get("/health")
def health() -> dict[str, str]:
    return {}


@app.route("/<_>", methods=["GET", "POST"])
def orders(_: str) -> tuple[dict[str, str], dict[str, str]]:
    # The gate knows better.
    return reached(request.environ["latchkey"]), {"X-RateLimit-Limit": "0"}
