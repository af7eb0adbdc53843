-- +goose Up

-- Only adds.

-- How many of a user's delivered messages up to one of them are unread, so that
-- an inbox of a million is not counted again at every look. What comes after
-- upto is counted. A row may go at any time: it is made anew.
CREATE TABLE unread_marks (
    app_id  TEXT   NOT NULL,
    user_no BIGINT NOT NULL,
    upto    BIGINT NOT NULL,
    unread  BIGINT NOT NULL,
    PRIMARY KEY (app_id, user_no)
) WITHOUT ROWID;
