"""What a customer of `fayne` and its operator do, with the client that openapi-python-client makes."""

from datetime import datetime
from uuid import UUID

from fayne_client import AuthenticatedClient
from fayne_client.api.academy import (
    academy_create_list,
    academy_delete_list,
    academy_get_list,
    academy_list_courses,
    academy_update_list,
)
from fayne_client.api.gate import gate_verify
from fayne_client.api.keys import keys_create_as_operator, keys_delete_as_operator, keys_list_as_operator
from fayne_client.api.organizations import organizations_audit
from fayne_client.api.usage import usage_get
from fayne_client.models import (
    AcademyCreateListResponse201,
    AcademyDeleteListResponse200,
    AcademyGetListResponse200,
    AcademyListCoursesResponse200,
    AcademyUpdateListResponse200,
    AuditRowAction,
    CourseStatus,
    GateVerifyResponse200,
    Granted,
    GrantedScopesItem,
    InvalidRequestError,
    KeyOrder,
    KeyOrderScopesType0Item,
    KeysCreateAsOperatorResponse201,
    KeysDeleteAsOperatorResponse200,
    KeysListAsOperatorResponse200,
    KeyStatus,
    ListChange,
    ListNotFoundError,
    MissingWriteError,
    NewList,
    OrganizationsAuditResponse200,
    Question,
    Refused,
    RefusedReason,
    UnknownKeyError,
    UsageGetResponse200,
)
from stack import KEYS, ORGANIZATION, URL, Signed

caller = AuthenticatedClient(URL, token=KEYS["demo"])
# The signature takes the place of the token.
operator = AuthenticatedClient(URL, token="", httpx_args={"auth": Signed()})

# What is there.
courses = academy_list_courses.sync(client=caller, limit=1)
assert isinstance(courses, AcademyListCoursesResponse200), courses
[course] = courses.data.courses
assert isinstance(course.id, UUID) and isinstance(course.created_at, datetime), course
assert course.status in CourseStatus, course

# A list from its making to its end.
made = academy_create_list.sync(client=caller, body=NewList(name="Spring"))
assert isinstance(made, AcademyCreateListResponse201), made
there = academy_get_list.sync(made.data.id, client=caller)
assert isinstance(there, AcademyGetListResponse200), there
assert there.data == made.data and there.data.description is None, there
changed = academy_update_list.sync(made.data.id, client=caller, body=ListChange(description="Who began in spring"))
assert isinstance(changed, AcademyUpdateListResponse200) and changed.data.name == "Spring", changed
gone = academy_delete_list.sync(made.data.id, client=caller)
assert isinstance(gone, AcademyDeleteListResponse200) and gone.data.deleted is True, gone

# Refusals are of the types that the document has for them.
missing = academy_get_list.sync(made.data.id, client=caller)
assert isinstance(missing, ListNotFoundError) and missing.error.code == "not_found", missing
stranger = academy_list_courses.sync(client=AuthenticatedClient(URL, token="fa_live_" + 32 * "0"))
assert isinstance(stranger, UnknownKeyError), stranger
blank = academy_create_list.sync(client=caller, body=NewList(name=" "))
assert isinstance(blank, InvalidRequestError), blank

# A key from its making to its end.
reader = KeyOrder(name="reader", scopes=[KeyOrderScopesType0Item.READ])
issued = keys_create_as_operator.sync(ORGANIZATION, client=operator, body=reader)
assert isinstance(issued, KeysCreateAsOperatorResponse201), issued
listed = keys_list_as_operator.sync(ORGANIZATION, client=operator)
assert isinstance(listed, KeysListAsOperatorResponse200), listed
assert [key.status for key in listed.data if key.id == issued.data.id] == [KeyStatus.ACTIVE], listed
with_it = AuthenticatedClient(URL, token=issued.data.key)
assert isinstance(academy_list_courses.sync(client=with_it), AcademyListCoursesResponse200)
lacking = academy_create_list.sync(client=with_it, body=NewList(name="Summer"))
assert isinstance(lacking, MissingWriteError), lacking
verdict = gate_verify.sync(client=operator, body=Question(issued.data.key))
assert isinstance(verdict, GateVerifyResponse200), verdict
assert isinstance(verdict.data, Granted) and verdict.data.scopes == [GrantedScopesItem.READ], verdict
revoked = keys_delete_as_operator.sync(ORGANIZATION, issued.data.id, client=operator)
assert isinstance(revoked, KeysDeleteAsOperatorResponse200) and revoked.data.deleted is True, revoked
verdict = gate_verify.sync(client=operator, body=Question(issued.data.key))
assert isinstance(verdict, GateVerifyResponse200), verdict
assert isinstance(verdict.data, Refused) and verdict.data.reason is RefusedReason.UNKNOWN_KEY, verdict
assert verdict.data.response.status == 401, verdict

# What is kept of all this.
audit = organizations_audit.sync(ORGANIZATION, client=operator)
assert isinstance(audit, OrganizationsAuditResponse200), audit
assert audit.data[0].action is AuditRowAction.KEY_DELETED, audit
usage = usage_get.sync(client=operator)
assert isinstance(usage, UsageGetResponse200), usage
