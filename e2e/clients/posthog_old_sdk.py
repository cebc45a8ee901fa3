"""Sends what an app with PostHog's SDK of 2024 sends, whose events have no ids: HOST KEY."""

import sys

from posthog import Posthog

host, key = sys.argv[1:]
client = Posthog(key, host=host, flush_interval=0.1)
client.capture("user-1", "signed up", {"plan": "team"})
client.identify("user-1", {"email": "ada@example.com"})
client.alias("anon-9", "user-1")
client.group_identify("company", "acme", {"name": "Acme"})
client.shutdown()
