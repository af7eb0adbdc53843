-- The same tables as migrations/sqlite, for PostgreSQL and what speaks its
-- language. The primary key of every table that belongs to an app begins with
-- the app, so that the tables can be distributed by app. Ids compare byte by
-- byte (COLLATE "C"), as the program sorts them: rows are locked in that order.

-- +goose Up

-- A migration takes the time that it takes.
SET LOCAL statement_timeout = 0;

CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- The processes that share this database. A node's number is part of the ids
-- that it gives out: all its ids lie below reserved, and whoever has the number
-- next begins there. until is the database's own time in milliseconds.
CREATE TABLE nodes (
    node     INTEGER NOT NULL PRIMARY KEY,
    holder   TEXT    NOT NULL,
    until    BIGINT  NOT NULL,
    issued   BIGINT  NOT NULL,
    reserved BIGINT  NOT NULL
);

CREATE TABLE apps (
    number     BIGINT NOT NULL UNIQUE,
    app_id     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    platform   TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    secret     TEXT   NOT NULL,
    settings   TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE tokens (
    app_id     TEXT COLLATE "C" NOT NULL,
    hash       BYTEA  NOT NULL,
    kind       TEXT   NOT NULL,
    seed       BYTEA  NOT NULL,
    forced     INTEGER NOT NULL,
    issued_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    dead_at    BIGINT NOT NULL,
    PRIMARY KEY (app_id, hash)
);

CREATE INDEX tokens_by_issue ON tokens (app_id, kind, issued_at);

CREATE TABLE users (
    user_no          BIGINT  NOT NULL,
    app_id           TEXT COLLATE "C" NOT NULL,
    open_id          TEXT    NOT NULL,
    swan_id          TEXT    NOT NULL,
    alipay_open_id   TEXT    NOT NULL,
    union_id         TEXT    NOT NULL,
    name             TEXT    NOT NULL,
    blocked          INTEGER NOT NULL,
    following        INTEGER NOT NULL,
    delivery         TEXT    NOT NULL,
    notification_bar INTEGER NOT NULL,
    created_at       BIGINT  NOT NULL,
    PRIMARY KEY (app_id, user_no)
);

CREATE INDEX users_by_union ON users (union_id);

-- Every id of a user, whatever its kind: ids are unique within an app.
CREATE TABLE user_ids (
    app_id  TEXT COLLATE "C" NOT NULL,
    id      TEXT COLLATE "C" NOT NULL,
    user_no BIGINT NOT NULL,
    PRIMARY KEY (app_id, id)
);

CREATE INDEX user_ids_of_user ON user_ids (app_id, user_no);

CREATE TABLE titles (
    seq      BIGINT NOT NULL,
    platform TEXT   NOT NULL,
    id       TEXT COLLATE "C" NOT NULL,
    title    TEXT   NOT NULL,
    body     TEXT   NOT NULL,
    PRIMARY KEY (platform, id)
);

CREATE INDEX titles_of_platform ON titles (platform, seq);

CREATE TABLE templates (
    seq         BIGINT NOT NULL,
    app_id      TEXT COLLATE "C" NOT NULL,
    template_id TEXT COLLATE "C" NOT NULL,
    title       TEXT   NOT NULL,
    body        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (app_id, template_id)
);

CREATE INDEX templates_of_app ON templates (app_id, seq);

-- A grant is written twice or more: room in its page keeps that cheap.
CREATE TABLE grants (
    seq        BIGINT  NOT NULL,
    app_id     TEXT COLLATE "C" NOT NULL,
    grant_id   TEXT COLLATE "C" NOT NULL,
    kind       TEXT    NOT NULL,
    user_no    BIGINT  NOT NULL,
    user_id    TEXT    NOT NULL,
    logged_in  INTEGER NOT NULL,
    uses       INTEGER NOT NULL,
    remaining  INTEGER NOT NULL CHECK (remaining >= 0),
    issued_at  BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    spent_by   TEXT    NOT NULL,
    PRIMARY KEY (app_id, seq)
) WITH (fillfactor = 60);

-- Serves (app, grant) as well as a grant over all apps.
CREATE UNIQUE INDEX grants_by_id ON grants (grant_id, app_id);
CREATE INDEX grants_of_user ON grants (app_id, user_no, seq);

CREATE TABLE messages (
    seq          BIGINT NOT NULL,
    app_id       TEXT COLLATE "C" NOT NULL,
    user_no      BIGINT NOT NULL,
    template_id  TEXT   NOT NULL,
    grant_kind   TEXT   NOT NULL,
    state        TEXT   NOT NULL,
    reason       TEXT   NOT NULL DEFAULT '',
    channels     TEXT   NOT NULL DEFAULT '',
    accepted_at  BIGINT NOT NULL,
    delivered_at BIGINT NOT NULL DEFAULT 0,
    finished_at  BIGINT NOT NULL DEFAULT 0,
    read_at      BIGINT NOT NULL DEFAULT 0,
    body         TEXT   NOT NULL,
    PRIMARY KEY (app_id, seq)
) WITH (fillfactor = 60);

CREATE INDEX messages_by_seq ON messages (seq);
CREATE INDEX messages_of_user ON messages (app_id, user_no, seq);

-- A message that still has to be delivered. The row goes when its message
-- reaches a final state, in the same transaction. lease names the worker that
-- holds it until lease_until, in the database's own time.
CREATE TABLE outbox (
    app_id      TEXT COLLATE "C" NOT NULL,
    seq         BIGINT  NOT NULL,
    user_no     BIGINT  NOT NULL,
    grant_kind  TEXT    NOT NULL,
    due_at      BIGINT  NOT NULL,
    lease       BIGINT  NOT NULL DEFAULT 0,
    lease_until BIGINT  NOT NULL DEFAULT 0,
    attempts    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (app_id, seq)
) WITH (fillfactor = 50);

-- Accepted sends of an app in a day of UTC+8.
CREATE TABLE daily_sends (
    app_id TEXT COLLATE "C" NOT NULL,
    day    INTEGER NOT NULL,
    sent   BIGINT  NOT NULL,
    PRIMARY KEY (app_id, day)
) WITH (fillfactor = 10);
