"""Has Latchkey decide on each request of an ASGI app (`latchkey.asgi`) or a WSGI app (`latchkey.wsgi`)."""

from latchkey.client import Client, NoVerdict
from latchkey.gate import Gate, Request
from latchkey.verdict import Answer, Question, Verdict

__all__ = ["Answer", "Client", "Gate", "NoVerdict", "Question", "Request", "Verdict"]
