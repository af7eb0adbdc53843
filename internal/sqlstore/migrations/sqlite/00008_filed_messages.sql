-- +goose Up

-- Only adds.

-- (And drops an index: a program that does not know this finds a user's
-- messages by reading all of them.)

-- Which messages are a user's. An index on messages would be written to at as
-- many places as a group has users; these rows are written for many messages at
-- once, in their order. Every message up to filed.upto has one; those
-- beyond do not count yet.
CREATE TABLE filed_messages (
    user_no BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    PRIMARY KEY (user_no, seq)
) WITHOUT ROWID;

CREATE TABLE filed (
    upto BIGINT NOT NULL
);

INSERT INTO filed (upto) VALUES (0);

-- +goose StatementBegin
CREATE TRIGGER messages_deleted AFTER DELETE ON messages BEGIN
    DELETE FROM filed_messages WHERE user_no = OLD.user_no AND seq = OLD.seq;
END;
-- +goose StatementEnd

-- For looking up by user_no: those that are filed, and among the last ones
-- those that are not yet. Written so that each half comes in the order of seq.
CREATE VIEW messages_of_users AS
SELECT filed_messages.seq, app_id, filed_messages.user_no, template_seq, state, accepted_at, read_at, body
FROM filed_messages CROSS JOIN messages ON messages.seq = filed_messages.seq
WHERE +filed_messages.seq <= (SELECT upto FROM filed) -- + leaves the key to a page's bound
UNION ALL
SELECT seq, app_id, user_no, template_seq, state, accepted_at, read_at, body
FROM messages WHERE seq > (SELECT upto FROM filed);

DROP INDEX messages_of_user;
