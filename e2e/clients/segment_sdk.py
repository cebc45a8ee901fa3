"""Sends what an app with the Segment SDK sends: HOST KEY plain|gzip."""

import datetime
import sys

import segment.analytics as analytics

analytics.host, analytics.write_key = sys.argv[1:3]
analytics.gzip = sys.argv[3] == "gzip"
failures = []
analytics.on_error = lambda error, _: failures.append(error)
moment = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
analytics.identify("user-1", {"email": "ada@example.com"})
analytics.track("user-1", "paid", {"amount": 9.5}, timestamp=moment, context={"ip": "1.2.3.4"})
analytics.track(anonymous_id="anon-9", event="looked")
analytics.page("user-1", "Docs", "Python", {"url": "https://example.com/docs"})
analytics.group("user-1", "acme", {"name": "Acme"})
analytics.alias("anon-9", "user-1")
analytics.flush()
analytics.shutdown()
sys.exit(f"failed: {failures}" if failures else 0)
