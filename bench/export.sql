-- A shop with 2,000 persons, each with 100 rows in eight tables; two of them have events, 10,000 and :many.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE SCHEMA shop;
CREATE TABLE shop.persons (id bigint PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE, phone text, born date, created_at timestamptz NOT NULL,
    closed_at timestamptz);
CREATE TABLE shop.addresses (id bigint PRIMARY KEY, person_id bigint NOT NULL REFERENCES shop.persons, street text, postal_code text, city text, valid_to date);
CREATE TABLE shop.orders (id bigint PRIMARY KEY, person_id bigint NOT NULL REFERENCES shop.persons, ordered_at timestamptz NOT NULL, state text NOT NULL, remark text);
CREATE TABLE shop.order_lines (order_id bigint NOT NULL REFERENCES shop.orders, line int NOT NULL, product text NOT NULL, quantity int NOT NULL,
    amount numeric(12, 2) NOT NULL, PRIMARY KEY (order_id, line));
CREATE TABLE shop.payments (id bigint PRIMARY KEY, order_id bigint NOT NULL REFERENCES shop.orders, paid_at timestamptz, amount numeric(12, 2), card text);
CREATE TABLE shop.tickets (id bigint PRIMARY KEY, person_id bigint NOT NULL REFERENCES shop.persons, subject text, opened_at timestamptz NOT NULL, closed_at timestamptz);
CREATE TABLE shop.ticket_messages (id bigint PRIMARY KEY, ticket_id bigint NOT NULL REFERENCES shop.tickets, author_id bigint REFERENCES shop.persons,
    written_at timestamptz NOT NULL, body text NOT NULL);
CREATE TABLE shop.events (id bigint PRIMARY KEY, person_id bigint NOT NULL REFERENCES shop.persons, at timestamptz NOT NULL, what text NOT NULL);
CREATE TABLE shop.logins (id bigint PRIMARY KEY, person_id bigint NOT NULL REFERENCES shop.persons, at timestamptz NOT NULL, address inet, browser text);

INSERT INTO shop.persons SELECT i, 'Person ' || to_hex(i * 7919), 'p' || i || '@shop.example', '+47 4' || lpad(i::text, 7, '0'), date '1950-01-01' + i, '2024-01-01', NULL
    FROM generate_series(1, 2000) i;
INSERT INTO shop.addresses SELECT p * 2 + k, p, 'Storgata ' || k, '0153', 'Oslo', NULL FROM generate_series(1, 2000) p, generate_series(0, 1) k;
INSERT INTO shop.orders SELECT p * 10 + k, p, timestamptz '2025-01-01' + k * interval '3 days', 'delivered', 'leave it at the door' FROM generate_series(1, 2000) p, generate_series(0, 9) k;
INSERT INTO shop.order_lines SELECT o.id, k, 'product ' || o.id % 97 + k, k, 99.50 * k FROM shop.orders o, generate_series(1, 3) k;
INSERT INTO shop.payments SELECT o.id, o.id, o.ordered_at, 597, '4111' FROM shop.orders o;
INSERT INTO shop.tickets SELECT p * 7 + k, p, 'Ticket about order ' || k, timestamptz '2025-02-01' + k * interval '5 days', NULL FROM generate_series(1, 2000) p, generate_series(0, 6) k;
INSERT INTO shop.ticket_messages SELECT p * 25 + k, p * 7 + k % 7, CASE WHEN k % 2 = 0 THEN p ELSE 1 + p % 20 END, timestamptz '2025-02-02' + k * interval '1 hour',
    'The parcel of ' || p || ' has not arrived yet, could you have a look at where it is? Thank you.' FROM generate_series(1, 2000) p, generate_series(0, 24) k;
INSERT INTO shop.logins SELECT p * 15 + k, p, timestamptz '2025-03-01' + k * interval '1 day', '192.0.2.1', 'Mozilla/5.0 (X11; Linux x86_64)' FROM generate_series(1, 2000) p, generate_series(0, 14) k;
INSERT INTO shop.events SELECT i, 2000, timestamptz '2025-01-01' + i * interval '1 second', 'looked at product ' || i FROM generate_series(1, :'many'::bigint) i;
INSERT INTO shop.events SELECT -i, 1999, timestamptz '2025-01-01' + i * interval '1 second', 'looked at product ' || i FROM generate_series(1, 10000) i;
CREATE INDEX ON shop.events (person_id);
CREATE INDEX ON shop.addresses (person_id);
CREATE INDEX ON shop.orders (person_id);
CREATE INDEX ON shop.payments (order_id);
CREATE INDEX ON shop.tickets (person_id);
CREATE INDEX ON shop.ticket_messages (ticket_id);
CREATE INDEX ON shop.ticket_messages (author_id);
CREATE INDEX ON shop.logins (person_id);

CREATE EXTENSION pg_retention;
INSERT INTO retention.personal_column (relation, column_name, category) VALUES
    ('shop.persons', 'name', 'name'), ('shop.persons', 'email', 'email'), ('shop.persons', 'phone', 'phone'), ('shop.persons', 'born', 'date of birth'),
    ('shop.addresses', 'street', 'address'), ('shop.orders', 'remark', 'free text'), ('shop.payments', 'card', 'card'), ('shop.tickets', 'subject', 'free text'),
    ('shop.ticket_messages', 'body', 'free text'), ('shop.logins', 'address', 'ip address');
CREATE INDEX ON shop.persons (retention.identity(email));
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 'shop.persons', '{email}');
INSERT INTO retention.subject_link (kind, relation, path, role) SELECT * FROM retention.propose_links();
VACUUM ANALYZE;
