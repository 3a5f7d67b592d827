"""The ledger's tables, and the steps that lead to them from those of before.

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
