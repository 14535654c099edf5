-- Who attacks. None of them may reveal.
CREATE ROLE reader LOGIN;                            -- an application
CREATE ROLE owner LOGIN;                             -- owns the tables
CREATE ROLE bypass LOGIN BYPASSRLS;                  -- is not held by row security
CREATE ROLE auditor LOGIN IN ROLE pg_read_all_data;  -- reads everything
CREATE ROLE admin LOGIN SUPERUSER;                   -- a superuser who did not ask to reveal
CREATE ROLE mover LOGIN REPLICATION IN ROLE pg_read_all_data;
CREATE ROLE accounting;                              -- has legal access to contracts
CREATE ROLE accountant LOGIN IN ROLE accounting, pg_read_all_data;
CREATE ROLE revealer LOGIN IN ROLE pg_read_all_data;
CREATE ROLE marketing;                               -- acts for a purpose that a customer objected to
CREATE ROLE marketer LOGIN IN ROLE marketing;
CREATE ROLE pooler LOGIN;                            -- may say what a session is for
GRANT SET ON PARAMETER retention.session_purpose TO pooler;
