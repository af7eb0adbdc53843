-- +goose Up

-- A migration takes the time that it takes.
SET LOCAL statement_timeout = 0;

-- What messages were made from, kept when the template itself is deleted:
-- a message refers to it instead of repeating its text.
CREATE TABLE template_texts (
    seq         BIGINT NOT NULL,
    app_id      TEXT COLLATE "C" NOT NULL,
    template_id TEXT COLLATE "C" NOT NULL,
    title       TEXT NOT NULL,
    content     TEXT NOT NULL,
    PRIMARY KEY (app_id, seq)
);

CREATE INDEX template_texts_by_id ON template_texts (app_id, template_id);

INSERT INTO template_texts (seq, app_id, template_id, title, content)
SELECT seq, app_id, template_id, title, body::jsonb ->> 'content' FROM templates;

-- Of a template that is gone only its id is known; messages stored so far carry
-- the text themselves.
INSERT INTO template_texts (seq, app_id, template_id, title, content)
SELECT -MIN(m.seq), m.app_id, m.template_id, '', '' FROM messages m
WHERE NOT EXISTS (SELECT 1 FROM template_texts t WHERE t.app_id = m.app_id AND t.template_id = m.template_id)
GROUP BY m.app_id, m.template_id;

ALTER TABLE messages RENAME TO wide_messages;
ALTER INDEX messages_pkey RENAME TO wide_messages_pkey;
DROP INDEX messages_by_seq;
DROP INDEX messages_of_user;

-- A row is written once, when a message is accepted and thereby ends; only
-- read_at is set later. What no list is searched by is in the body.
CREATE TABLE messages (
    seq          BIGINT NOT NULL,
    app_id       TEXT COLLATE "C" NOT NULL,
    user_no      BIGINT NOT NULL,
    template_seq BIGINT NOT NULL,
    state        TEXT   NOT NULL,
    accepted_at  BIGINT NOT NULL,
    read_at      BIGINT NOT NULL DEFAULT 0,
    body         TEXT   NOT NULL
);

INSERT INTO messages (seq, app_id, user_no, template_seq, state, accepted_at, read_at, body)
SELECT m.seq, m.app_id, m.user_no,
    (SELECT MAX(t.seq) FROM template_texts t WHERE t.app_id = m.app_id AND t.template_id = m.template_id),
    m.state, m.accepted_at, m.read_at,
    (m.body::jsonb || jsonb_strip_nulls(jsonb_build_object('grant_kind', NULLIF(m.grant_kind, ''), 'reason', NULLIF(m.reason, ''),
        'channels', NULLIF(m.channels, ''), 'finished_at', NULLIF(m.finished_at, m.accepted_at))))::text
FROM wide_messages m ORDER BY m.seq;

DROP TABLE wide_messages;

ALTER TABLE messages ADD PRIMARY KEY (app_id, seq);
CREATE INDEX messages_by_seq ON messages (seq);
CREATE INDEX messages_of_user ON messages (user_no, seq);

-- The uses of grants, each with the message that it paid for. That a use is
-- there once is what nothing can spend it twice by.
CREATE TABLE spends (
    app_id      TEXT COLLATE "C" NOT NULL,
    grant_seq   BIGINT  NOT NULL,
    use         INTEGER NOT NULL,
    message_seq BIGINT  NOT NULL,
    PRIMARY KEY (app_id, grant_seq, use)
);

INSERT INTO spends (app_id, grant_seq, use, message_seq)
SELECT g.app_id, g.seq, one.use, one.id::bigint
FROM grants g, unnest(string_to_array(g.spent_by, ',')) WITH ORDINALITY AS one(id, use) WHERE g.spent_by <> '';

ALTER TABLE grants DROP COLUMN spent_by;
ALTER TABLE grants DROP COLUMN remaining;
ALTER TABLE grants RESET (fillfactor);

UPDATE readers SET oldest = 6;
