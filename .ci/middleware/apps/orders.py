"""What the apps in Python have in common: their gate, and what they say of themselves once they are reached."""

from latchkey import Answer, Client, Gate, Request, Verdict

LATER = Answer(503, {"content-type": "text/plain", "retry-after": "60"}, b"later")


def scopes(request: Request) -> list[str]:
    if request.path == "/misconfigured":
        return ["nonsense"]
    return ["write:consumers"] if request.method == "POST" else ["read:analytics"]


def gate(unavailable: Answer = Gate.unavailable) -> Gate:
    return Gate(
        client=Client(timeout=3.0, connections=4),
        scopes=scopes,
        cost=lambda request: 5 if request.path == "/expensive" else 1,
        address=lambda request: request.address,
        exempt=["/health"],
        also="x-api-key",
        unavailable=unavailable,
    )


def reached(verdict: Verdict) -> dict[str, str]:
    print("reached", flush=True)
    return {"organization": verdict["organization"], "keyId": verdict["keyId"]}
