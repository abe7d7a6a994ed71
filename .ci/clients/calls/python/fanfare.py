"""What a customer of `fanfare` does, with the client that openapi-python-client makes: keys have types there, and a
customer manages their own."""

from datetime import UTC, datetime, timedelta

from fanfare_client import AuthenticatedClient
from fanfare_client.api.alerts import alerts_get, alerts_update
from fanfare_client.api.consumers import consumers_create, consumers_list
from fanfare_client.api.experiences import experiences_create, experiences_get, experiences_list
from fanfare_client.api.keys import keys_create, keys_delete, keys_list, keys_regenerate, keys_usage
from fanfare_client.models import (
    AlertsGetResponse200,
    AlertSettingsChange,
    AlertSettingsChangeKindsType0,
    AlertSettingsChangeKindsType0ErrorsHighType0,
    AlertSettingsChangeKindsType0ErrorsHighType0OfType0,
    AlertSettingsKindsErrorsHighOf,
    AlertsUpdateResponse200,
    ConflictError,
    ConsumersCreateResponse201,
    ConsumersListResponse200,
    ExperiencesCreateResponse201,
    ExperiencesGetResponse200,
    ExperiencesListResponse200,
    ExperienceStatus,
    InvalidRequestError,
    IssuedKeyType,
    KeyOrder,
    KeyOrderType,
    KeysCreateResponse201,
    KeysDeleteResponse200,
    KeysListResponse200,
    KeysRegenerateResponse200,
    KeysUsageGranularity,
    KeysUsageResponse200,
    NewConsumer,
    NewConsumerMetadataType0,
    NewExperience,
    Regeneration,
    UnknownKeyError,
    WrongKeyTypeError,
)
from stack import KEYS, ORGANIZATION, URL

caller = AuthenticatedClient(URL, token=KEYS["secret"])

# An experience is made, is there, and is listed.
opens = datetime.now(UTC) + timedelta(days=7)
made = experiences_create.sync(client=caller, body=NewExperience(name="Made by a client, too", open_at=opens))
assert isinstance(made, ExperiencesCreateResponse201) and made.data.status is ExperienceStatus.SCHEDULED, made
there = experiences_get.sync(made.data.id, client=caller)
assert isinstance(there, ExperiencesGetResponse200) and there.data == made.data, there
assert isinstance(there.data.open_at, datetime) and abs(there.data.open_at - opens) < timedelta(seconds=1), there
listed = experiences_list.sync(client=caller, first=1)
assert isinstance(listed, ExperiencesListResponse200) and len(listed.data) == 1, listed

# A consumer is known by one of three, and keeps what is not known to the document.
metadata = NewConsumerMetadataType0()
metadata["seat"] = {"row": 7}
consumer = consumers_create.sync(client=caller, body=NewConsumer(email="generated@example.com", metadata=metadata))
assert isinstance(consumer, ConsumersCreateResponse201) and consumer.data.phone is None, consumer
assert consumer.data.metadata and consumer.data.metadata["seat"] == {"row": 7}, consumer
consumers = consumers_list.sync(client=caller)
assert isinstance(consumers, ConsumersListResponse200) and consumer.data in consumers.data, consumers

# Refusals are of the types that the document has for them.
again = consumers_create.sync(client=caller, body=NewConsumer(email="GENERATED@example.com"))
assert isinstance(again, ConflictError), again
nobody = consumers_create.sync(client=caller, body=NewConsumer(full_name="Nobody"))
assert isinstance(nobody, InvalidRequestError) and nobody.details[0].field == "email", nobody
public = consumers_list.sync(client=AuthenticatedClient(URL, token=KEYS["public"]))
assert isinstance(public, WrongKeyTypeError), public

# A key from its making to its end.
issued = keys_create.sync(ORGANIZATION, client=caller, body=KeyOrder(name="shop", type_=KeyOrderType.PUBLIC))
assert isinstance(issued, KeysCreateResponse201) and issued.data.type_ is IssuedKeyType.PUBLIC, issued
keys = keys_list.sync(ORGANIZATION, client=caller)
assert isinstance(keys, KeysListResponse200) and issued.data.id in [key.id for key in keys.data], keys
renewed = keys_regenerate.sync(ORGANIZATION, issued.data.id, client=caller, body=Regeneration(overlap_seconds=60))
assert isinstance(renewed, KeysRegenerateResponse200), renewed
usage = keys_usage.sync(ORGANIZATION, issued.data.id, client=caller, granularity=KeysUsageGranularity.DAY)
assert isinstance(usage, KeysUsageResponse200), usage
deleted = keys_delete.sync(ORGANIZATION, issued.data.id, client=caller)
assert isinstance(deleted, KeysDeleteResponse200) and deleted.data.deleted is True, deleted
late = experiences_list.sync(client=AuthenticatedClient(URL, token=issued.data.key))
assert isinstance(late, UnknownKeyError), late

# Settings with members that are choices, beside `null`.
of = AlertSettingsChangeKindsType0ErrorsHighType0OfType0.ALL
kinds = AlertSettingsChangeKindsType0(errors_high=AlertSettingsChangeKindsType0ErrorsHighType0(of=of))
settings = alerts_update.sync(ORGANIZATION, client=caller, body=AlertSettingsChange(kinds=kinds))
assert isinstance(settings, AlertsUpdateResponse200), settings
kept = alerts_get.sync(ORGANIZATION, client=caller)
assert isinstance(kept, AlertsGetResponse200), kept
errors_high = kept.data.kinds.errors_high
assert errors_high and errors_high.of is AlertSettingsKindsErrorsHighOf.ALL, kept
