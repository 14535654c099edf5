-- A shop with :rows notes of a tenth as many users of a twentieth as many customers; some have ended. The clocks are written by hand, for to
-- have them computed takes longer than all the rest. Ten are not true.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET TIME ZONE 'UTC';
CREATE SCHEMA shop;
CREATE TABLE shop.customers (id bigint PRIMARY KEY, ended_at timestamptz);
CREATE TABLE shop.users (id bigint PRIMARY KEY, customer bigint REFERENCES shop.customers, ended_at timestamptz);
CREATE TABLE shop.notes (id bigint, author bigint REFERENCES shop.users, body text);
INSERT INTO shop.customers SELECT i, CASE WHEN i % 20 = 0 THEN timestamptz '2026-01-01' + i * interval '1 second' END FROM generate_series(1, :rows / 20) i;
INSERT INTO shop.users SELECT i, i % (:rows / 20) + 1, CASE WHEN i % 10 = 0 THEN timestamptz '2026-02-01' + i * interval '1 second' END FROM generate_series(1, :rows / 10) i;
CREATE EXTENSION pg_retention;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('notes', 'shop.notes', '{author.ended_at, author.customer.ended_at}', '1 year', 'delete');
CALL retention.sweep();
CREATE PROCEDURE pg_temp.switch(state "char") LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pg_trigger SET tgenabled = state WHERE tgrelid = 'shop.notes'::regclass;
    UPDATE pg_class SET relname = relname WHERE oid = 'shop.notes'::regclass;
END $$;
CALL pg_temp.switch('D');
INSERT INTO shop.notes SELECT i, u.id, 'Called, will call again ' || i,
    CASE WHEN i <= 10 THEN '1 2020-01-01T00:00:00Z' ELSE concat_ws(' ', '1', to_char(least(u.ended_at, c.ended_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) END::retention.clock
    FROM generate_series(1, :rows) i JOIN shop.users u ON u.id = i * 7 % (:rows / 10) + 1 JOIN shop.customers c ON c.id = u.customer;
CALL pg_temp.switch('A');
VACUUM (ANALYZE) shop.notes, shop.users, shop.customers;
