"""Sends what an app with the RudderStack SDK sends: HOST KEY."""

import sys

import rudderstack.analytics as analytics

analytics.dataPlaneUrl, analytics.write_key = sys.argv[1:]
failures = []
analytics.on_error = lambda error, _: failures.append(error)
analytics.identify("user-1", {"email": "ada@example.com"})
analytics.track("user-1", "paid", {"amount": 9.5})
analytics.group("user-1", "acme", {"name": "Acme"})
analytics.alias("anon-9", "user-1")
analytics.flush()
analytics.shutdown()
sys.exit(f"failed: {failures}" if failures else 0)
