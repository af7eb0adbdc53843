-- +goose Up

-- The oldest program that may work on this schema, by the newest migration that
-- it knows. A migration that only adds leaves it as it is, so that the version
-- before can still open the store; one that changes what is there sets it to
-- its own number. One row.
CREATE TABLE readers (
    oldest BIGINT NOT NULL
);

INSERT INTO readers (oldest) VALUES (5);
