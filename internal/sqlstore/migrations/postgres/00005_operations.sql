-- +goose Up

-- The oldest program that may work on this schema, by the newest migration that
-- it knows. A migration that only adds leaves it as it is, so that nodes of the
-- version before go on; one that changes what is there sets it to its own
-- number. One row.
CREATE TABLE readers (
    oldest BIGINT NOT NULL
);

INSERT INTO readers (oldest) VALUES (5);

-- What one node does for all of them, who it is and until when, in the
-- database's own time.
CREATE TABLE duties (
    name   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    holder TEXT   NOT NULL,
    until  BIGINT NOT NULL
);
