-- +goose Up

-- A migration takes the time that it takes.
SET LOCAL statement_timeout = 0;

-- A message reaches its end in the transaction that accepts it. Those that
-- still waited for theirs get it now.
UPDATE messages SET
    state = CASE WHEN waiting.blocked = 1 THEN 'refused' WHEN waiting.delivery = 'ok' THEN 'delivered' ELSE 'failed' END,
    reason = CASE WHEN waiting.blocked = 1 THEN 'user_block' WHEN waiting.delivery = 'ok' THEN '' ELSE 'system_failed' END,
    channels = CASE WHEN waiting.platform <> 'baidu' OR waiting.blocked = 1 OR waiting.delivery <> 'ok' THEN ''
        WHEN waiting.grant_kind <> 'form' AND waiting.notification_bar = 1 THEN 'message_center,search_panel,notification_bar'
        ELSE 'message_center,search_panel' END,
    delivered_at = CASE WHEN waiting.blocked = 0 AND waiting.delivery = 'ok' THEN waiting.due_at ELSE 0 END,
    finished_at = waiting.due_at
FROM (
    SELECT o.app_id, o.seq, o.grant_kind, o.due_at, a.platform, COALESCE(u.blocked, 0) AS blocked,
        COALESCE(u.delivery, '') AS delivery, COALESCE(u.notification_bar, 0) AS notification_bar
    FROM outbox o JOIN apps a ON a.app_id = o.app_id
    LEFT JOIN users u ON u.app_id = o.app_id AND u.user_no = o.user_no
) AS waiting
WHERE messages.app_id = waiting.app_id AND messages.seq = waiting.seq AND messages.state = 'accepted';

DROP TABLE outbox;

-- The push of an event to an app's server, with the attempts that were made.
CREATE TABLE callbacks (
    seq           BIGINT  NOT NULL,
    app_id        TEXT COLLATE "C" NOT NULL,
    message_seq   BIGINT  NOT NULL,
    state         TEXT    NOT NULL,
    attempts_left INTEGER NOT NULL,
    created_at    BIGINT  NOT NULL,
    url           TEXT    NOT NULL,
    event         TEXT    NOT NULL,
    attempts      TEXT    NOT NULL,
    PRIMARY KEY (app_id, seq)
) WITH (fillfactor = 70);

CREATE INDEX callbacks_by_seq ON callbacks (seq);
CREATE INDEX callbacks_of_message ON callbacks (message_seq);

-- A callback of which an attempt is still to be made. The row goes when the
-- callback reaches its end, in the same transaction. lease names the worker
-- that holds it until lease_until, in the database's own time.
CREATE TABLE outbox (
    app_id      TEXT COLLATE "C" NOT NULL,
    seq         BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    lease       BIGINT NOT NULL DEFAULT 0,
    lease_until BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (app_id, seq)
) WITH (fillfactor = 50);

CREATE INDEX outbox_of_app ON outbox (app_id, due_at, seq);
CREATE INDEX outbox_by_due ON outbox (due_at);

-- What a client called its message, for as long as it stands for that message.
CREATE TABLE client_msg_ids (
    app_id        TEXT COLLATE "C" NOT NULL,
    user_no       BIGINT NOT NULL,
    client_msg_id TEXT COLLATE "C" NOT NULL,
    message_seq   BIGINT NOT NULL,
    accepted_at   BIGINT NOT NULL,
    PRIMARY KEY (app_id, user_no, client_msg_id)
);

CREATE INDEX client_msg_ids_by_age ON client_msg_ids (app_id, accepted_at);
