"""What each product's pages are called, and what they open: the words of the four products, and not of our code."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Contract:
    name: str
    brand: str
    title: str
    # On the way to a new key, and on the button that makes it.
    create: str
    submit: str
    # The fields of the form, in the order in which the product asks for them.
    form: tuple
    columns: tuple
    # The verbs on a key's page.
    verbs: tuple
    delete: str
    # The type that a new key gets here, and the permission.
    type: str | None = None
    permission: str | None = None
    # What the operator says to get the same.
    terms: tuple = ()
    # Whether people see alerts and webhooks, too.
    tells: bool = False
    # A plan on which `room` keys are all.
    small: dict | None = None
    room: int = 0

    def opens(self, verb):
        return verb in self.verbs


ALL = {
    contract.name: contract
    for contract in (
        Contract(
            name="fayne",
            brand="Fayne",
            title="API Keys",
            create="Create API key",
            submit="Create API key",
            form=("Name",),
            columns=("Name", "Created", "Last used"),
            verbs=("Delete",),
            delete="Delete",
            small={"plan": "pro"},
            room=10,
        ),
        Contract(
            name="fabraix",
            brand="Fabraix",
            title="API Keys",
            create="Create New Key",
            submit="Create New Key",
            form=("Type", "Permissions", "Name"),
            columns=("Name", "Type", "Permissions", "Created", "Last used", "Status"),
            verbs=("Edit", "Regenerate", "Delete"),
            delete="Delete",
            type="Restricted",
            permission="runs:write",
            terms=(("type", "restricted"), ("scopes", ["runs:write"])),
        ),
        Contract(
            name="thefaq",
            brand="theFAQ",
            title="API keys",
            create="Create key",
            submit="Create key",
            form=("Name", "Permissions"),
            columns=("Name", "Permissions", "Fingerprint", "Created", "Last used"),
            verbs=("Revoke",),
            delete="Revoke",
            permission="read",
            terms=(("scopes", ["read"]),),
            small={"plan": "free"},
            room=2,
        ),
        Contract(
            name="fanfare",
            brand="Fanfare",
            title="API Keys",
            create="Create API Key",
            submit="Create",
            form=("Type", "Name", "Permissions", "Expiration"),
            columns=("Name", "Type", "Created", "Last Used", "Status"),
            verbs=("Edit", "Regenerate", "Deactivate", "Delete"),
            delete="Delete",
            type="Secret",
            permission="read:experiences",
            terms=(("type", "secret"), ("scopes", ["read:experiences"])),
            tells=True,
            small={"plan": "free"},
            room=5,
        ),
    )
}

# Every verb that any product has.
VERBS = ("Edit", "Regenerate", "Deactivate", "Activate", "Delete", "Revoke")
