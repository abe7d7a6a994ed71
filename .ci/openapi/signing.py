"""How callers and the operator prove who they are, for requests."""

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from requests.auth import AuthBase


class Signed(AuthBase):
    """The operator's signature."""

    def __init__(self, operator):
        credentials = Credentials(operator["access_key_id"], operator["secret_access_key"])
        self.signer = SigV4Auth(credentials, "execute-api", operator["region"])

    def __call__(self, request):
        # A signature is over %20, and not over the other way to write a space.
        path, mark, query = request.url.partition("?")
        request.url = path + mark + query.replace("+", "%20")
        signed = AWSRequest(request.method, request.url, data=request.body or b"")
        self.signer.add_auth(signed)
        request.headers.update(signed.headers.items())
        return request


class Keyed(AuthBase):
    """A caller's key."""

    def __init__(self, header, value):
        self.header, self.value = header, value

    def __call__(self, request):
        request.headers[self.header] = self.value
        return request
