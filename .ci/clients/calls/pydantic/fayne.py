"""What a customer of `fayne` does, with the client that OpenAPI Generator makes: it judges every answer by its schema."""

import json
import sys
from pathlib import Path

from fayne_pydantic import AcademyApi, ApiClient, ApiException, Configuration
from fayne_pydantic.models import NewList

stack = json.loads(Path(sys.argv[1]).read_text())
[organization] = stack["organizations"]
academy = AcademyApi(ApiClient(Configuration(host=stack["url"], access_token=organization["keys"][0]["key"])))

assert academy.academy_list_courses(limit=1).data.courses[0].status in ("draft", "published")
made = academy.academy_create_list(NewList(name="Autumn")).data
assert academy.academy_get_list(made.id).data == made
assert academy.academy_delete_list(made.id).data.deleted is True
try:
    academy.academy_get_list(made.id)
    sys.exit("a list that was deleted is there")
except ApiException as refusal:
    assert refusal.status == 404 and refusal.data and refusal.data.error.code == "not_found", refusal
