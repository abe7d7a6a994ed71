"""What the hooks have to know of an academy: which ids bodies may name, and paths that name two things that go together."""

lists, students, published = [], [], []
# A student, an enrollment of theirs, and its course; a list and the email of somebody on it.
enrolled, listed = [], []


def place(method, path, parameters):
    """Makes the path lead to something that is there, if anything is. Some students and lists are left to the others."""
    for name, there in (("students", students), ("lists", lists)):
        ends = method == "DELETE" and path.endswith(f"/{name}/{{id}}")
        if f"/{name}/{{id}}" in path and len(there) > (3 if ends else 0):
            parameters["id"] = there[-1]
    if "{enrollmentId}" in path and enrolled:
        parameters["id"], parameters["enrollmentId"], _ = enrolled[-1]
    if "{courseId}" in path and enrolled:
        parameters["id"], _, parameters["courseId"] = enrolled[-1]
    if "{email}" in path and listed:
        parameters["id"], parameters["email"] = listed[-1]


def make_possible(body, is_ours):
    """Lets the body name nothing but what is there; an organization that is not `ours` has nothing."""
    for name, there in (("list_ids", lists), ("granted_lists", lists), ("course_ids", published)):
        if isinstance(body.get(name), list):
            body[name] = ([id for id in body[name] if id in there] or there[-1:]) if is_ours else []
    if "course_id" in body and published:
        body["course_id"] = published[-1]
    if "total_lessons" in body and "completed_lessons" in body:
        body["completed_lessons"] = min(body["completed_lessons"], body["total_lessons"])


def learn(method, path, parameters, data):
    """Takes note of what a reply tells of."""
    if not isinstance(data, dict):
        return
    if method == "DELETE":
        gone = {data.get("id"), parameters.get("email")}
        if "{email}" in path:
            listed[:] = [pair for pair in listed if not gone & set(pair)]
            return
        for known in (lists, students):
            known[:] = [id for id in known if id not in gone]
        enrolled[:] = [triple for triple in enrolled if not gone & set(triple)]
        listed[:] = [pair for pair in listed if not gone & set(pair)]
        return
    if path.endswith("/courses/{id}") or path.endswith("/courses"):
        for course in data.get("courses", [data]):
            note(published, course["id"], course["status"] == "published")
    if path.endswith("/lists"):
        for each in data.get("lists", [data]):
            note(lists, each["id"])
    if path.endswith("/students"):
        for student in data.get("students", [data]):
            note(students, student["id"])
            for enrollment in student["enrollments"]:
                note(enrolled, (student["id"], enrollment["id"], enrollment["course_id"]))
    if path.endswith("/enrollments"):
        note(enrolled, (parameters["id"], data["id"], data["course_id"]))
    if path.endswith("/members"):
        emails = [member["email"] for member in data.get("members", [])]
        for email in emails + data.get("added", []):
            note(listed, (parameters["id"], email))


def note(known, what, is_there=True):
    if what in known:
        known.remove(what)
    if is_there:
        known.append(what)
