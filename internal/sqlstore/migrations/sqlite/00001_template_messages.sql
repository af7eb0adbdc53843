-- +goose Up

CREATE TABLE meta (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE apps (
    number     INTEGER PRIMARY KEY,
    app_id     TEXT   NOT NULL UNIQUE,
    platform   TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    secret     TEXT   NOT NULL,
    settings   TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE tokens (
    app_id     TEXT   NOT NULL,
    hash       BLOB   NOT NULL,
    kind       TEXT   NOT NULL,
    seed       BLOB   NOT NULL,
    forced     INTEGER NOT NULL,
    issued_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    dead_at    BIGINT NOT NULL,
    PRIMARY KEY (app_id, hash)
) WITHOUT ROWID;

CREATE INDEX tokens_by_issue ON tokens (app_id, kind, issued_at);

CREATE TABLE users (
    user_no          INTEGER PRIMARY KEY,
    app_id           TEXT    NOT NULL,
    open_id          TEXT    NOT NULL,
    swan_id          TEXT    NOT NULL,
    alipay_open_id   TEXT    NOT NULL,
    union_id         TEXT    NOT NULL,
    name             TEXT    NOT NULL,
    blocked          INTEGER NOT NULL,
    following        INTEGER NOT NULL,
    delivery         TEXT    NOT NULL,
    notification_bar INTEGER NOT NULL,
    created_at       BIGINT  NOT NULL
);

CREATE INDEX users_of_app ON users (app_id, user_no);
CREATE INDEX users_by_union ON users (union_id);

-- Every id of a user, whatever its kind: ids are unique within an app.
CREATE TABLE user_ids (
    app_id  TEXT   NOT NULL,
    id      TEXT   NOT NULL,
    user_no BIGINT NOT NULL,
    PRIMARY KEY (app_id, id)
) WITHOUT ROWID;

CREATE TABLE titles (
    seq      INTEGER PRIMARY KEY,
    platform TEXT NOT NULL,
    id       TEXT NOT NULL,
    title    TEXT NOT NULL,
    body     TEXT NOT NULL,
    UNIQUE (platform, id)
);

CREATE INDEX titles_of_platform ON titles (platform, seq);

CREATE TABLE templates (
    seq         INTEGER PRIMARY KEY,
    app_id      TEXT   NOT NULL,
    template_id TEXT   NOT NULL,
    title       TEXT   NOT NULL,
    body        TEXT   NOT NULL,
    created_at  BIGINT NOT NULL,
    UNIQUE (app_id, template_id)
);

CREATE INDEX templates_of_app ON templates (app_id, seq);

-- Rows lie in the order of issue, so that grants that are spent together lie
-- on the same pages although their ids are random.
CREATE TABLE grants (
    seq        INTEGER PRIMARY KEY,
    app_id     TEXT    NOT NULL,
    grant_id   TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    user_no    BIGINT  NOT NULL,
    user_id    TEXT    NOT NULL,
    logged_in  INTEGER NOT NULL,
    uses       INTEGER NOT NULL,
    remaining  INTEGER NOT NULL CHECK (remaining >= 0),
    issued_at  BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    spent_by   TEXT    NOT NULL
);

-- Serves (app, grant) as well as a grant over all apps.
CREATE UNIQUE INDEX grants_by_id ON grants (grant_id, app_id);
CREATE INDEX grants_of_app ON grants (app_id, seq);
CREATE INDEX grants_of_user ON grants (app_id, user_no, seq);

CREATE TABLE messages (
    seq          INTEGER PRIMARY KEY,
    app_id       TEXT   NOT NULL,
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
    body         TEXT   NOT NULL
);

CREATE INDEX messages_of_app ON messages (app_id, seq);
CREATE INDEX messages_of_user ON messages (app_id, user_no, seq);

-- A message that still has to be delivered. The row goes when its message
-- reaches a final state, in the same transaction.
CREATE TABLE outbox (
    app_id     TEXT   NOT NULL,
    seq        BIGINT NOT NULL,
    user_no    BIGINT NOT NULL,
    grant_kind TEXT   NOT NULL,
    due_at     BIGINT NOT NULL,
    PRIMARY KEY (app_id, seq)
) WITHOUT ROWID;

-- Accepted sends of an app in a day of UTC+8.
CREATE TABLE daily_sends (
    app_id TEXT    NOT NULL,
    day    INTEGER NOT NULL,
    sent   BIGINT  NOT NULL,
    PRIMARY KEY (app_id, day)
) WITHOUT ROWID;
