"""Sends what an app with the PostHog SDK sends: HOST KEY v0|gzip|v1."""

import datetime
import sys

from posthog import Posthog

host, key, mode = sys.argv[1:]
options = {
    "v0": {},
    "gzip": {"gzip": True},
    "v1": {"capture_mode": "v1", "capture_compression": "gzip"},
}[mode]
failures = []
client = Posthog(key, host=host, flush_interval=0.1, on_error=lambda error, _: failures.append(error), **options)
client.capture("signed up", distinct_id="user-1", properties={"plan": "team", "$set": {"email": "ada@example.com"}})
client.capture(
    "paid",
    distinct_id="user-1",
    properties={"amount": 9.5},
    timestamp=datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc),
    uuid="018f5b0a-1111-7000-8000-00000000abcd",
    groups={"company": "acme"},
)
client.alias(previous_id="anon-9", distinct_id="user-1")
client.group_identify("company", "acme", {"name": "Acme"})
client.flush()
client.shutdown()
sys.exit(f"failed: {failures}" if failures else 0)
