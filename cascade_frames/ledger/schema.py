"""The ledger's tables, and every statement that reads or writes them, each with its purpose.

A run registers the ids it holds in blocks; a batch writes one small intent before it leaves
and one small outcome after. No phone and no text is written at all, and no row per message but
in `delivery`: what became of an accepted message is heard of each alone, hours apart, from posts
and answers that come in any order, so there is no batch to write it with.
"""

from __future__ import annotations

from typing import Final

# meta: the schema's version and the secret that keys every hash.
# run: one execution of a plan. Its owner is named so that another process can tell whether it
#   is alive: a host, a process and when that process started.
# block: up to 65,536 of a run's ids in the run's order (see `blobs`), with a 64-bit hash of
#   each id and of each message's content (both little-endian uint64).
# intent: a batch is about to leave. Without an outcome, its rows are unknown.
# outcome: what became of it. message_ids (see `blobs`) is null where no row has a receipt;
#   outcome, reason and detail are of the rows without one.
TABLES: Final = """
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
  run INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL,
  campaign TEXT,
  route TEXT NOT NULL,
  digest TEXT NOT NULL,
  messages INTEGER NOT NULL,
  state TEXT NOT NULL,
  host TEXT NOT NULL,
  process INTEGER NOT NULL,
  process_started REAL NOT NULL,
  created_at TEXT NOT NULL,
  active_at TEXT NOT NULL
) STRICT;
CREATE INDEX run_of_account ON run (account, run);

CREATE TABLE block (
  run INTEGER NOT NULL REFERENCES run,
  start INTEGER NOT NULL,
  ids BLOB NOT NULL,
  id_hashes BLOB NOT NULL,
  contents BLOB NOT NULL,
  PRIMARY KEY (run, start)
) STRICT;

CREATE TABLE intent (
  run INTEGER NOT NULL REFERENCES run,
  batch INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  start INTEGER NOT NULL,
  stop INTEGER NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (run, batch, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE outcome (
  run INTEGER NOT NULL,
  batch INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  at TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT,
  detail TEXT,
  message_ids BLOB,
  PRIMARY KEY (run, batch, attempt),
  FOREIGN KEY (run, batch, attempt) REFERENCES intent
) STRICT;
"""

# The statements that lead to each version from the one before. Never changed once released.
STEPS: Final = (
    (1, TABLES),
    # resolution: unknown rows of a run that someone settled on purpose. positions are theirs
    #   in the run (little-endian uint64); host and process say who, at says when.
    (
        2,
        """
CREATE TABLE resolution (
  run INTEGER NOT NULL REFERENCES run,
  number INTEGER NOT NULL,
  decision TEXT NOT NULL,
  at TEXT NOT NULL,
  host TEXT NOT NULL,
  process INTEGER NOT NULL,
  positions BLOB NOT NULL,
  PRIMARY KEY (run, number)
) STRICT;
""",
    ),
    # block.recipients: a 64-bit hash of each recipient; null in blocks of before.
    # tombstone: the hash of an id or a recipient that was erased and must not be messaged.
    (
        3,
        """
ALTER TABLE block ADD COLUMN recipients BLOB;
CREATE TABLE tombstone (
  kind TEXT NOT NULL,
  hash BLOB NOT NULL,
  at TEXT NOT NULL,
  PRIMARY KEY (kind, hash)
) STRICT, WITHOUT ROWID;
""",
    ),
    # slot: from when on an account's requests are not yet spoken for (seconds since 1970).
    (
        4,
        """
CREATE TABLE slot (
  account TEXT PRIMARY KEY,
  free_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
""",
    ),
    # The tables are as before. Columns of strings are written in another form (see `blobs`),
    #   which packages of before could not read; those that are there already stay.
    (5, "SELECT 1"),
    # delivery: what is known of an accepted message, by its receipt. state is the API's word;
    #   since is when it became so by the API's own clock, and heard_at_first when that was first
    #   heard; heard_at is when anything was last heard. told_at ranks one final state against
    #   another (see `deliveries`). All are microseconds since 1970.
    # A tombstone may also be of a receipt: nothing that is heard of it is kept.
    (
        6,
        """
CREATE TABLE delivery (
  message_id TEXT PRIMARY KEY,
  state TEXT NOT NULL,
  since INTEGER,
  told_at INTEGER NOT NULL,
  heard_at_first INTEGER NOT NULL,
  heard_at INTEGER NOT NULL,
  channel TEXT,
  parts INTEGER,
  cost REAL,
  currency TEXT
) STRICT, WITHOUT ROWID;
""",
    ),
)

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
