"""PostgreSQL's wording of the ledger's tables, in a schema of their own, `cascade_frames`."""

from __future__ import annotations

from typing import Final

# The statements that lead to each version; see `tables` for what the tables are.
STEPS: Final = (
    (
        1,
        """
CREATE SCHEMA IF NOT EXISTS cascade_frames;

CREATE TABLE meta (
  key text PRIMARY KEY,
  value bytea NOT NULL
);

CREATE TABLE run (
  run bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id text NOT NULL UNIQUE,
  account text NOT NULL,
  campaign text,
  route text NOT NULL,
  digest text NOT NULL,
  messages bigint NOT NULL,
  state text NOT NULL,
  host text NOT NULL,
  process bigint NOT NULL,
  process_started double precision NOT NULL,
  created_at timestamptz NOT NULL,
  active_at timestamptz NOT NULL
);
CREATE INDEX run_of_account ON run (account, run);

CREATE TABLE block (
  run bigint NOT NULL REFERENCES run,
  start bigint NOT NULL,
  ids bytea NOT NULL,
  id_hashes bytea NOT NULL,
  contents bytea NOT NULL,
  PRIMARY KEY (run, start)
);

CREATE TABLE intent (
  run bigint NOT NULL REFERENCES run,
  batch bigint NOT NULL,
  attempt bigint NOT NULL,
  start bigint NOT NULL,
  stop bigint NOT NULL,
  at text NOT NULL,
  PRIMARY KEY (run, batch, attempt)
);

CREATE TABLE outcome (
  run bigint NOT NULL,
  batch bigint NOT NULL,
  attempt bigint NOT NULL,
  at text NOT NULL,
  outcome text NOT NULL,
  reason text,
  detail text,
  message_ids bytea,
  PRIMARY KEY (run, batch, attempt),
  FOREIGN KEY (run, batch, attempt) REFERENCES intent
);
""",
    ),
    (
        2,
        """
CREATE TABLE resolution (
  run bigint NOT NULL REFERENCES run,
  number bigint NOT NULL,
  decision text NOT NULL,
  at text NOT NULL,
  host text NOT NULL,
  process bigint NOT NULL,
  positions bytea NOT NULL,
  PRIMARY KEY (run, number)
);
""",
    ),
    (
        3,
        """
ALTER TABLE block ADD COLUMN recipients bytea;
CREATE TABLE tombstone (
  kind text NOT NULL,
  hash bytea NOT NULL,
  at text NOT NULL,
  PRIMARY KEY (kind, hash)
);
""",
    ),
    (
        4,
        """
CREATE TABLE slot (
  account text PRIMARY KEY,
  free_at double precision NOT NULL
);
""",
    ),
    (5, "SELECT 1"),
    (
        6,
        """
CREATE TABLE delivery (
  message_id text PRIMARY KEY,
  state text NOT NULL,
  since bigint,
  told_at bigint NOT NULL,
  heard_at_first bigint NOT NULL,
  heard_at bigint NOT NULL,
  channel text,
  parts bigint,
  cost double precision,
  currency text
);
""",
    ),
)
