"""The running stack that is called: what its ready file says of it, and the operator's signature for httpx."""

import json
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

STACK: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text())
URL: str = STACK["url"]
ORGANIZATION: str = STACK["organizations"][0]["slug"]
KEYS: dict[str, str] = {key["name"]: key["key"] for key in STACK["organizations"][0]["keys"]}


class Signed(httpx.Auth):
    """The operator's signature."""

    requires_request_body = True

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        operator = STACK["operator"]
        credentials = Credentials(operator["access_key_id"], operator["secret_access_key"])
        signed = AWSRequest(request.method, str(request.url), data=request.content)
        SigV4Auth(credentials, "execute-api", operator["region"]).add_auth(signed)
        request.headers.update(dict(signed.headers))
        yield request
