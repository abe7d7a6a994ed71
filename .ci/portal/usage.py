"""Usage that was not: a key's counters, written as the gate writes them (shared/src/store/usage.rs)."""

import math
from datetime import UTC, datetime, timedelta

import botocore.session


def table(stack, name):
    """A client of the stack's DynamoDB, and the one table that has this in its name."""
    client = botocore.session.get_session().create_client(
        "dynamodb",
        endpoint_url=stack.dynamodb,
        region_name=stack.credential["region"],
        aws_access_key_id=stack.credential["access_key_id"],
        aws_secret_access_key=stack.credential["secret_access_key"],
    )
    [found] = [table for table in client.list_tables()["TableNames"] if name in table.lower()]
    return client, found


def put(stack, organization, key, days):
    """Counts requests for the key, for each hour of the last `days`: busy by day, quiet by night and at weekends."""
    client, usage = table(stack, "usage")
    now = datetime.now(UTC)
    for ago in range(days):
        day = (now - timedelta(days=ago)).replace(hour=0, minute=0, second=0, microsecond=0)
        item = {
            "pk": {"S": f"{organization.slug}#{key}"},
            "sk": {"S": f"{day:%Y-%m-%d}"},
            "schema": {"N": "1"},
            "ttl": {"N": str(int((day + timedelta(days=401)).timestamp()))},
        }
        for hour in range(now.hour + 1 if ago == 0 else 24):
            for code, requests in counted(day, hour).items():
                if requests:
                    item[f"{hour:02}{code}"] = {"N": str(requests)}
        client.put_item(TableName=usage, Item=item)


def counted(day, hour):
    """What became of the requests of an hour: successes, the caller's errors, ours, and those beyond a limit."""
    busy = 0.25 + math.sin(math.pi * max(0, hour - 5) / 18) if hour >= 5 else 0.2
    week = 0.45 if day.weekday() >= 5 else 1 + 0.15 * math.sin(day.toordinal())
    requests = int(180 * busy * week)
    # One bad evening.
    is_bad = day.toordinal() % 13 == 5 and 17 <= hour < 20

    return {
        "s": requests,
        "c": requests // 24,
        "e": requests // 6 if is_bad else 0,
        "rate_limited": requests // 3 if is_bad else 0,
    }
