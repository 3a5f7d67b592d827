"""Every statement that reads or writes the ledger's tables, each with its purpose."""

from __future__ import annotations

from typing import Final

# One value of meta.
READ_META: Final = "SELECT value FROM meta WHERE key = ?"
# Written once, when the ledger is made.
ADD_META: Final = "INSERT INTO meta (key, value) VALUES (?, ?)"
# The version, once the tables have been taken forward.
SET_META: Final = "UPDATE meta SET value = :value WHERE key = :key"

# A run is let in.
ADD_RUN: Final = """
INSERT INTO run (run_id, account, campaign, route, digest, messages, state,
                 host, process, process_started, created_at, active_at)
VALUES (:run_id, :account, :campaign, :route, :digest, :messages, :state,
        :host, :process, :process_started, :at, :at)
RETURNING run
"""
# The ids it holds.
ADD_BLOCK: Final = """
INSERT INTO block (run, start, ids, id_hashes, contents, recipients) VALUES (?, ?, ?, ?, ?, ?)
"""
# Whether a run still holds its messages.
RUN_STATE: Final = "SELECT state FROM run WHERE run = ?"
# A run by its public name.
RUN_NUMBER: Final = "SELECT run FROM run WHERE run_id = ?"
# Everything about one run but its blocks.
READ_RUN: Final = """
SELECT run, run_id, messages, state, host, process, process_started, active_at
FROM run WHERE run = ?
"""
# A run ends, or is taken over; only from the states given.
SET_STATE: Final = "UPDATE run SET state = :state WHERE run = :run AND state = 'active'"
# A sign of life with each write.
TOUCH_RUN: Final = "UPDATE run SET active_at = :at WHERE run = :run"
# The hashes of all that an account has registered since a run, newest run first.
READ_HASHES: Final = """
SELECT block.run, block.start, block.id_hashes
FROM block JOIN run USING (run)
WHERE run.account = ? AND run.run > ?
ORDER BY run.run DESC, block.start
"""
# How much has been written that decides how an account's messages stand.
COUNT_RECORDS: Final = """
SELECT (SELECT count(*) FROM intent JOIN run USING (run) WHERE account = :account),
       (SELECT count(*) FROM outcome JOIN run USING (run) WHERE account = :account),
       (SELECT count(*) FROM resolution JOIN run USING (run) WHERE account = :account),
       (SELECT count(*) FROM tombstone)
"""
# One block's ids and contents, once a hash in it has matched.
READ_BLOCK: Final = "SELECT ids, contents FROM block WHERE run = ? AND start = ?"
# The contents of a run, by its public name.
READ_CONTENTS: Final = """
SELECT block.contents FROM block JOIN run USING (run) WHERE run_id = ? ORDER BY block.start
"""

# A batch is about to leave.
ADD_INTENT: Final = """
INSERT INTO intent (run, batch, attempt, start, stop, at) VALUES (?, ?, ?, ?, ?, ?)
"""
# What became of it. May be said again where the commit of the first time is in doubt.
ADD_OUTCOME: Final = """
INSERT INTO outcome (run, batch, attempt, at, outcome, reason, detail, message_ids)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING
"""
# Every attempt of a run in the order it was made, with its outcome where there is one.
READ_ATTEMPTS: Final = """
SELECT intent.batch, intent.attempt, intent.start, intent.stop, intent.at,
       outcome.outcome, outcome.reason, outcome.detail, outcome.message_ids
FROM intent LEFT JOIN outcome USING (run, batch, attempt)
WHERE run = ?
ORDER BY intent.batch, intent.attempt
"""

# The runs of an account, a campaign, both, or all.
FIND_RUNS: Final = """
SELECT run, run_id FROM run
WHERE (account = :account OR CAST(:account AS TEXT) IS NULL)
  AND (campaign = :campaign OR CAST(:campaign AS TEXT) IS NULL)
ORDER BY run
"""
# The same with their plans, and when their first and last batch left.
DESCRIBE_RUNS: Final = """
SELECT run, run_id, account, campaign, route, digest,
       (SELECT min(at) FROM intent WHERE intent.run = run.run),
       (SELECT max(at) FROM intent WHERE intent.run = run.run)
FROM run
WHERE (account = :account OR CAST(:account AS TEXT) IS NULL)
  AND (campaign = :campaign OR CAST(:campaign AS TEXT) IS NULL)
ORDER BY run
"""
# The ids of one run.
READ_IDS: Final = "SELECT start, ids FROM block WHERE run = ? ORDER BY start"
# Unknown rows are settled on purpose.
ADD_RESOLUTION: Final = """
INSERT INTO resolution (run, number, decision, at, host, process, positions)
SELECT :run, coalesce(max(number), 0) + 1, :decision, :at, :host, :process, :positions
FROM resolution WHERE run = :run
"""
# How those of a run were settled, in the order in which it was done.
READ_RESOLUTIONS: Final = """
SELECT decision, at, host, process, positions FROM resolution WHERE run = ? ORDER BY number
"""

# The hashes of all recipients there ever were.
READ_RECIPIENTS: Final = "SELECT run, start, recipients FROM block WHERE recipients IS NOT NULL"
# All of one block.
READ_WHOLE_BLOCK: Final = """
SELECT ids, id_hashes, contents, recipients FROM block WHERE run = ? AND start = ?
"""
# A block without some of its people.
REWRITE_BLOCK: Final = """
UPDATE block SET ids = ?, id_hashes = ?, contents = ?, recipients = ? WHERE run = ? AND start = ?
"""
# An outcome without their receipts, and without words that may be about them.
REWRITE_OUTCOME: Final = """
UPDATE outcome SET message_ids = ?, detail = NULL WHERE run = ? AND batch = ? AND attempt = ?
"""
# Someone was erased.
ADD_TOMBSTONE: Final = """
INSERT INTO tombstone (kind, hash, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
"""
# All who were, by their ids and as recipients.
READ_TOMBSTONES: Final = "SELECT kind, hash FROM tombstone WHERE kind IN ('id', 'recipient')"
# Which of these receipts were theirs, by the hashes in a JSON array of hexadecimal strings.
FIND_RECEIPT_TOMBSTONES: Final = """
SELECT hash FROM tombstone
WHERE kind = 'receipt' AND hash IN (SELECT unhex(value) FROM json_each(:hashes))
"""

# What is known of the messages whose ids stand in a JSON array.
READ_DELIVERIES: Final = """
SELECT message_id, state, since, told_at, heard_at_first, heard_at,
       channel, parts, cost, currency
FROM json_each(:ids) AS wanted CROSS JOIN delivery ON message_id = wanted.value
"""
# As much of it as people are shown, each with its place in the array.
SHOW_DELIVERIES: Final = """
SELECT wanted.key, state, channel, parts, cost, currency,
       CASE WHEN state = 'delivered' THEN coalesce(since, heard_at_first) END, heard_at
FROM json_each(:ids) AS wanted CROSS JOIN delivery ON message_id = wanted.value
"""
# What is known of some, from a JSON array of arrays in the order of the columns.
WRITE_DELIVERIES: Final = """
INSERT INTO delivery
SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
       value ->> 6, value ->> 7, value ->> 8, value ->> 9
FROM json_each(:deliveries) WHERE true
ON CONFLICT (message_id) DO UPDATE SET
  state = excluded.state, since = excluded.since, told_at = excluded.told_at,
  heard_at_first = excluded.heard_at_first, heard_at = excluded.heard_at,
  channel = excluded.channel, parts = excluded.parts, cost = excluded.cost,
  currency = excluded.currency
"""
# How many of them are in which state.
COUNT_DELIVERIES: Final = """
SELECT state, count(*)
FROM json_each(:ids) AS wanted CROSS JOIN delivery ON message_id = wanted.value
GROUP BY state
"""
# Nothing is known any more of the messages whose ids stand in a JSON array.
ERASE_DELIVERIES: Final = """
DELETE FROM delivery WHERE message_id IN (SELECT value FROM json_each(:ids))
"""

# A run speaks for the next span of its account's time; gives the seconds until it begins. What
# lies further ahead than the horizon was written by a clock that has since been put back.
RESERVE: Final = """
INSERT INTO slot (account, free_at)
SELECT account, :now + :span FROM run WHERE run = :run
ON CONFLICT (account) DO UPDATE SET free_at = :span +
  CASE WHEN free_at < :now OR free_at > :now + :horizon THEN :now ELSE free_at END
RETURNING free_at - :span - :now
"""
# The same for an account's status requests, which belong to no run.
RESERVE_READS: Final = """
INSERT INTO slot (account, free_at) VALUES (:slot, :now + :span)
ON CONFLICT (account) DO UPDATE SET free_at = :span +
  CASE WHEN free_at < :now OR free_at > :now + :horizon THEN :now ELSE free_at END
RETURNING free_at - :span - :now
"""
