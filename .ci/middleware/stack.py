"""The stack that the apps ask, and what it says to callers itself."""

import http.client
import json
import urllib.parse

import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def ask(address, method, path, *headers):
    """The answer to one request with `headers`, of which two may have a name: status, headers and body."""
    connection = http.client.HTTPConnection(*address, timeout=30)
    connection.putrequest(method, path)
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    said = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    connection.close()
    return said


class Stack:
    def __init__(self, served):
        url = urllib.parse.urlsplit(served["url"])
        self.address = (url.hostname, url.port)
        self.credential = served["operator"]
        self._url = served["url"]
        self._pool = urllib3.PoolManager()
        self.operator("PUT", "organizations/shop", {"plan": "pro"})

    def operator(self, method, path, body=None):
        credentials = Credentials(self.credential["access_key_id"], self.credential["secret_access_key"])
        data = json.dumps(body) if body is not None else ""
        url = f"{self._url}/operator/v1/{path}"
        request = AWSRequest(method, url, {"content-type": "application/json"}, data)
        SigV4Auth(credentials, "execute-api", "us-east-1").add_auth(request)
        answer = self._pool.request(method, url, body=data, headers=dict(request.headers))
        assert answer.status in (200, 201), (path, answer.status, answer.data)
        return json.loads(answer.data)["data"]

    def key(self, **terms):
        terms = {"name": "web", "type": "secret", "scopes": ["read:analytics", "write:consumers"]} | terms
        return self.operator("POST", "organizations/shop/api-keys", terms)

    def revoke(self, key):
        self.operator("DELETE", f"organizations/shop/api-keys/{key['id']}")

    def says(self, method, *headers):
        """What the stack answers on routes of its own that need the scopes that the apps' `/orders` do."""
        return ask(self.address, method, "/api/consumers" if method == "POST" else "/api/analytics", *headers)
