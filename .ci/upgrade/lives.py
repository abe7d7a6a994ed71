"""What is in a stack of each contract: a plan, the order of a key, and what is made and seen with one."""

import dataclasses

COURSE = "0193b5a0-7c1e-7a30-9f0a-5d1f6a2b3c4d"
RUN = {
    "agent_id": "a1b2c3d4-e5f6-7890-1234-567890abcdef",
    "timestamp": "2024-01-01T00:00:00Z",
    "system_prompt": "You are a helpful assistant",
}


@dataclasses.dataclass
class Life:
    contract: str
    plan: str
    order: dict
    # Method, path and body, with a key.
    makes: list
    # Paths, with a key or below /operator/v1.
    sees: list
    # What an imported key looks like.
    form: str
    header: str = "Authorization"
    scheme: str = "Bearer "
    has_alerts: bool = False
    # By the operator, below the organization.
    operator_makes: list = dataclasses.field(default_factory=list)


LIVES = [
    Life(
        "fayne", "scale", {"name": "a", "scopes": ["read", "write"]},
        [
            ("POST", "/api/v1/students", {"email": "ada@example.com", "name": "Ada", "course_ids": [COURSE]}),
            ("POST", "/api/v1/lists", {"name": "Spring"}),
        ],
        ["/api/v1/courses", "/api/v1/students", "/api/v1/lists"],
        "fa_live_{:0>32}",
        operator_makes=[
            ("PUT", f"/courses/{COURSE}", {"title": "Rust", "description": "By example", "status": "published"}),
        ],
    ),
    Life(
        "fabraix", "standard", {"name": "a", "type": "admin"},
        [("POST", "/v1/register-agent-run", RUN)],
        ["/operator/v1/organizations/{org}/agent-runs", "/api/v1/{org}/api-keys"],
        "fbx_adm_{:0>32}", header="x-api-key", scheme="",
    ),
    Life(
        "thefaq", "pro", {"name": "a", "scopes": ["read", "write"]}, [], ["/api/v1/{org}/api-keys"],
        "faq_{:0>32}",
    ),
    Life(
        "fanfare", "pro", {"name": "a", "type": "secret", "scopes": ["admin"]},
        [
            ("POST", "/api/experiences", {"name": "Launch"}),
            ("POST", "/api/consumers", {"email": "ada@example.com"}),
        ],
        ["/api/experiences", "/api/consumers", "/api/analytics"],
        "sk_live_{:0>32}", has_alerts=True,
    ),
]
