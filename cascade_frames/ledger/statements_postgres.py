"""PostgreSQL's own statements, and its wording of those of `statements`.

Signs of life are told by the database's clock, so that those of several machines can be compared.
"""

from __future__ import annotations

import functools
import re
from typing import Final

from cascade_frames.ledger import statements

# Opens every transaction, in one round trip. Nothing here outlives the transaction, so a
# connection pooler may hand each one to another server process. Row locks and the check of a
# run's state rely on READ COMMITTED: each statement sees what was committed before it. A
# process that stops in the middle holds nobody up for longer than a minute.
BEGIN: Final = """
BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
SET LOCAL synchronous_commit = on;
SET LOCAL search_path = cascade_frames;
SET LOCAL lock_timeout = '30s';
SET LOCAL idle_in_transaction_session_timeout = '60s';
"""
# One transaction of a name at a time; let go of at its end.
LOCK: Final = "SELECT pg_advisory_xact_lock(%s)"
# One that excludes those who take the same name as above.
LOCK_SHARED: Final = "SELECT pg_advisory_xact_lock_shared(%s)"
# Row versions that were overwritten go only with this.
VACUUM: Final = "VACUUM cascade_frames.block, cascade_frames.outcome, cascade_frames.delivery"
# Whether there is a ledger at all. Asked of a table: what a function such as to_regclass looks
# up may be remembered from before another connection made the ledger.
FIND_META: Final = """
SELECT EXISTS (
  SELECT FROM pg_catalog.pg_tables WHERE schemaname = 'cascade_frames' AND tablename = 'meta'
)
"""
# The database's clock: also within a transaction, the time of the call.
NOW: Final = "SELECT clock_timestamp()"
# Whether the server keeps what it has committed.
FSYNC: Final = "SHOW fsync"

_OWN: Final = {
    statements.ADD_RUN: """
INSERT INTO run (run_id, account, campaign, route, digest, messages, state,
                 host, process, process_started, created_at, active_at)
VALUES (%(run_id)s, %(account)s, %(campaign)s, %(route)s, %(digest)s, %(messages)s, %(state)s,
        %(host)s, %(process)s, %(process_started)s, clock_timestamp(), clock_timestamp())
RETURNING run
""",
    # The lock makes a taking-over wait until the intent that follows is committed, or else
    # this wait until the taking-over is: then the new state is what is read.
    statements.RUN_STATE: "SELECT state FROM run WHERE run = %s FOR NO KEY UPDATE",
    statements.READ_RUN: """
SELECT run, run_id, messages, state, host, process, process_started,
       to_char(active_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')
FROM run WHERE run = %s
""",
    # A value that stands where a column would must be told what it is.
    statements.ADD_RESOLUTION: """
INSERT INTO resolution (run, number, decision, at, host, process, positions)
SELECT %(run)s::bigint, coalesce(max(number), 0) + 1, %(decision)s::text, %(at)s::text,
       %(host)s::text, %(process)s::bigint, %(positions)s::bytea
FROM resolution WHERE run = %(run)s
""",
    statements.RESERVE: """
WITH clock AS (SELECT extract(epoch FROM clock_timestamp())::double precision AS now)
INSERT INTO slot AS kept (account, free_at)
SELECT account, clock.now + %(span)s::double precision FROM run, clock WHERE run = %(run)s
ON CONFLICT (account) DO UPDATE SET free_at = %(span)s::double precision +
  CASE WHEN kept.free_at < (SELECT now FROM clock)
         OR kept.free_at > (SELECT now FROM clock) + %(horizon)s::double precision
       THEN (SELECT now FROM clock) ELSE kept.free_at END
RETURNING free_at - %(span)s::double precision - (SELECT now FROM clock)
""",
    statements.RESERVE_READS: """
WITH clock AS (SELECT extract(epoch FROM clock_timestamp())::double precision AS now)
INSERT INTO slot AS kept (account, free_at)
SELECT %(slot)s::text, clock.now + %(span)s::double precision FROM clock
ON CONFLICT (account) DO UPDATE SET free_at = %(span)s::double precision +
  CASE WHEN kept.free_at < (SELECT now FROM clock)
         OR kept.free_at > (SELECT now FROM clock) + %(horizon)s::double precision
       THEN (SELECT now FROM clock) ELSE kept.free_at END
RETURNING free_at - %(span)s::double precision - (SELECT now FROM clock)
""",
    statements.FIND_RECEIPT_TOMBSTONES: """
SELECT hash FROM tombstone
WHERE kind = 'receipt' AND hash IN (
  SELECT decode(sought.value, 'hex')
  FROM json_array_elements_text(%(hashes)s::json) AS sought (value)
)
""",
    statements.READ_DELIVERIES: """
SELECT message_id, state, since, told_at, heard_at_first, heard_at,
       channel, parts, cost, currency
FROM json_array_elements_text(%(ids)s::json) AS wanted (id)
JOIN delivery ON message_id = wanted.id
""",
    statements.SHOW_DELIVERIES: """
SELECT wanted.place - 1, state, channel, parts, cost, currency,
       CASE WHEN state = 'delivered' THEN coalesce(since, heard_at_first) END, heard_at
FROM json_array_elements_text(%(ids)s::json) WITH ORDINALITY AS wanted (id, place)
JOIN delivery ON message_id = wanted.id
""",
    statements.WRITE_DELIVERIES: """
INSERT INTO delivery
SELECT value ->> 0, value ->> 1, (value ->> 2)::bigint, (value ->> 3)::bigint,
       (value ->> 4)::bigint, (value ->> 5)::bigint, value ->> 6, (value ->> 7)::bigint,
       (value ->> 8)::double precision, value ->> 9
FROM json_array_elements(%(deliveries)s::json) AS one (value)
ON CONFLICT (message_id) DO UPDATE SET
  state = excluded.state, since = excluded.since, told_at = excluded.told_at,
  heard_at_first = excluded.heard_at_first, heard_at = excluded.heard_at,
  channel = excluded.channel, parts = excluded.parts, cost = excluded.cost,
  currency = excluded.currency
""",
    statements.COUNT_DELIVERIES: """
SELECT state, count(*)
FROM json_array_elements_text(%(ids)s::json) AS wanted (id)
JOIN delivery ON message_id = wanted.id
GROUP BY state
""",
    statements.ERASE_DELIVERIES: """
DELETE FROM delivery
WHERE message_id IN (SELECT json_array_elements_text(%(ids)s::json))
""",
    statements.TOUCH_RUN: "UPDATE run SET active_at = clock_timestamp() WHERE run = %(run)s",
}

_PLACE: Final = re.compile(r"\?|:([a-z_]+)\b")


@functools.lru_cache(maxsize=256)
def own(statement: str) -> str:
    """PostgreSQL's wording of one of `statements`.

    Those that differ in more than how values are bound are written out above.
    """
    if statement in _OWN:
        return _OWN[statement]
    return _PLACE.sub(lambda found: f"%({found[1]})s" if found[1] else "%s", statement)
