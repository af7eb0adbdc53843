-- +goose Up

-- Private keys, apart from the apps so that no reading of an app carries one:
-- what answers to an Alipay app are signed with and, under the empty app_id,
-- what this installation's certificates are signed with. PKCS #8.
CREATE TABLE platform_keys (
    app_id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    private_key BYTEA NOT NULL
);

-- Which Alipay app (agent_id) may act for which other (app_id), by the hash of
-- the token (app_auth_token) that says so.
CREATE TABLE authorizations (
    app_id     TEXT COLLATE "C" NOT NULL,
    hash       BYTEA  NOT NULL,
    agent_id   TEXT COLLATE "C" NOT NULL,
    issued_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (app_id, hash)
);

CREATE INDEX authorizations_of_agent ON authorizations (agent_id);
