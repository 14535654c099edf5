-- Columns with a period of their own: how far they are anonymised, and which rows came too late for that.

CREATE TABLE retention.column_progress (
    policy_id smallint NOT NULL,
    relation regclass NOT NULL,
    column_number smallint NOT NULL,
    done_until bigint NOT NULL,
    taken_until bigint NOT NULL,
    PRIMARY KEY (relation, policy_id, column_number)
);
COMMENT ON TABLE retention.column_progress IS 'up to which start of a clock the columns of a table are anonymised, whose period is over before that of their rows';
COMMENT ON COLUMN retention.column_progress.done_until IS 'every row with a start up to here is done, or stands in retention.column_late';
COMMENT ON COLUMN retention.column_progress.taken_until IS 'a row that is given a start up to here is entered in retention.column_late';

CREATE TABLE retention.column_late (
    policy_id smallint NOT NULL,
    relation regclass NOT NULL,
    from_start bigint NOT NULL,
    until_start bigint NOT NULL,
    written_since xid8 NOT NULL,
    row_id tid
);
CREATE INDEX ON retention.column_late (relation, policy_id);
COMMENT ON TABLE retention.column_late IS 'rows that a sweep has to come back to, because they were written later, were locked, or could not be anonymised';
COMMENT ON COLUMN retention.column_late.row_id IS 'one row; NULL: all with such a start that this transaction or a later one has written';

GRANT SELECT ON retention.column_progress, retention.column_late TO pg_monitor;
