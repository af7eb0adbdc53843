-- +goose Up

-- What stands for a user until the app's backend exchanges it: login codes
-- and, of another purpose, Alipay's refresh tokens. Kept for a while after
-- their use, so that a second use is told from an unknown code.
CREATE TABLE login_codes (
    app_id     TEXT COLLATE "C" NOT NULL,
    hash       BYTEA  NOT NULL,
    purpose    TEXT   NOT NULL,
    user_no    BIGINT NOT NULL,
    user_id    TEXT COLLATE "C" NOT NULL,
    issued_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL,
    PRIMARY KEY (app_id, hash)
);

CREATE INDEX login_codes_by_age ON login_codes (app_id, expires_at);
CREATE INDEX login_codes_of_user ON login_codes (app_id, user_no);

-- Applications for a keyword of a library's title, with what became of them.
CREATE TABLE keyword_requests (
    seq        BIGINT  NOT NULL PRIMARY KEY,
    platform   TEXT    NOT NULL,
    app_id     TEXT COLLATE "C" NOT NULL,
    title_id   TEXT COLLATE "C" NOT NULL,
    name       TEXT    NOT NULL,
    example    TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    keyword_id INTEGER NOT NULL,
    created_at BIGINT  NOT NULL,
    decided_at BIGINT  NOT NULL
);

CREATE INDEX keyword_requests_of_library ON keyword_requests (platform, seq);
CREATE INDEX keyword_requests_of_app ON keyword_requests (app_id, seq);
