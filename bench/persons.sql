-- Persons with very many rows each, of one sort: 1 has visits that are deleted, 2 orders that are anonymised, 3 messages that somebody else has a
-- part in, so that the person is taken out of their texts; :rows of them. 11, 12 and 13 have 10,000. In "plain" the same tables as one would have
-- them who does all by hand.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE SCHEMA big;
CREATE TABLE big.people (id bigint PRIMARY KEY, name text, email text UNIQUE, phone text);
CREATE TABLE big.visits (id bigint PRIMARY KEY, person_id bigint NOT NULL REFERENCES big.people, at timestamptz NOT NULL, place text, amount numeric(12, 2), paid boolean);
CREATE TABLE big.orders (id bigint PRIMARY KEY, person_id bigint NOT NULL REFERENCES big.people, at timestamptz NOT NULL, product text, recipient text, street text, phone text);
CREATE TABLE big.messages (id bigint PRIMARY KEY, sender bigint REFERENCES big.people, receiver bigint REFERENCES big.people, at timestamptz NOT NULL, body text);

INSERT INTO big.people
    SELECT i, (ARRAY['Kari', 'Ola', 'Ingrid', 'Lars', 'Astrid', 'Knut', 'Solveig'])[1 + i % 7] || ' ' ||
            (ARRAY['Nordmann', 'Hansen', 'Haugland', 'Bakken', 'Solberg', 'Lunde', 'Strand', 'Moen', 'Berge', 'Dahl', 'Vik'])[1 + i % 11],
        'p' || i || '@big.example', '+47 4' || lpad(i::text, 7, '0')
    FROM generate_series(1, 2000) i;
-- By hand nobody looks whether a name is that of the other, too.
UPDATE big.people SET name = 'Yngvild Utsire' WHERE id < 20;
CREATE TEMP TABLE many AS SELECT p, p % 10 AS sort, n, p * 10000000 + n AS id FROM (VALUES (1), (2), (3)) b (sort), LATERAL (VALUES (sort, :rows), (10 + sort, 10000)) m (p, rows),
    generate_series(1, rows) n;
INSERT INTO big.visits SELECT id, p, timestamptz '2025-01-01' + n * interval '1 minute', 'place ' || n % 97, 99.5 * (n % 7), n % 3 = 0 FROM many WHERE sort = 1;
INSERT INTO big.orders SELECT id, p, timestamptz '2025-01-01' + n * interval '1 minute', 'product ' || n % 97, 'Ola Hansen', 'Storgata ' || n % 41, '+47 40000002' FROM many WHERE sort = 2;
INSERT INTO big.messages SELECT m.id, p, 1000 + n % 100, timestamptz '2025-01-01' + n * interval '1 minute', 'Hello ' || split_part(r.name, ' ', 1) || ', the parts of order ' || n ||
        ' have come, and are to be fetched at the desk. Call ' || CASE WHEN n % 5 = 0 THEN s.phone ELSE 'the shop' END || ' about it. ' ||
        CASE WHEN n % 2 = 0 THEN 'Regards, ' || s.name ELSE 'Thank you' END
    FROM many m JOIN big.people s ON s.id = p JOIN big.people r ON r.id = 1000 + n % 100 WHERE sort = 3;
-- What everybody else has.
INSERT INTO big.visits SELECT i, 100 + i % 1900, '2025-01-01', 'place', 1, true FROM generate_series(1, 20000) i;
INSERT INTO big.orders SELECT i, 100 + i % 1900, '2025-01-01', 'product', 'somebody', 'Storgata', NULL FROM generate_series(1, 20000) i;
INSERT INTO big.messages SELECT i, 100 + i % 1900, 100 + i % 1800, '2025-01-01', 'Hello' FROM generate_series(1, 20000) i;
CREATE INDEX ON big.visits (person_id);
CREATE INDEX ON big.orders (person_id);
CREATE INDEX ON big.messages (sender);
CREATE INDEX ON big.messages (receiver);

CREATE SCHEMA plain;
CREATE TABLE plain.people (LIKE big.people INCLUDING ALL);
CREATE TABLE plain.visits (LIKE big.visits INCLUDING ALL, FOREIGN KEY (person_id) REFERENCES plain.people);
CREATE TABLE plain.orders (LIKE big.orders INCLUDING ALL, erased_at timestamptz, FOREIGN KEY (person_id) REFERENCES plain.people);
CREATE TABLE plain.messages (LIKE big.messages INCLUDING ALL, FOREIGN KEY (sender) REFERENCES plain.people, FOREIGN KEY (receiver) REFERENCES plain.people);
CREATE TABLE plain.erasures (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), what text NOT NULL, rows bigint NOT NULL);
INSERT INTO plain.people SELECT * FROM big.people;
INSERT INTO plain.visits SELECT * FROM big.visits ORDER BY ctid;
INSERT INTO plain.orders SELECT *, NULL FROM big.orders ORDER BY ctid;
INSERT INTO plain.messages SELECT * FROM big.messages ORDER BY ctid;

CREATE EXTENSION pg_retention;
CREATE INDEX ON big.people (retention.identity(email));
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('big.people', 'name', 'name'), ('big.people', 'email', 'email'), ('big.people', 'phone', 'phone'),
    ('big.orders', 'recipient', 'name'), ('big.orders', 'street', 'address'), ('big.orders', 'phone', 'phone');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('visits', 'big.visits', '{at}', '100 years', 'delete', 'enforce'),
    ('orders', 'big.orders', '{at}', '100 years', 'anonymise', 'enforce');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 'big.people', '{email}');
INSERT INTO retention.subject_link (kind, relation, path, role) VALUES ('person', 'big.visits', 'person_id', 'about'), ('person', 'big.orders', 'person_id', 'about'),
    ('person', 'big.messages', 'sender', 'about'), ('person', 'big.messages', 'receiver', 'about');
CALL retention.sweep();

-- The words of a person, as they may stand in a text: the whole name and its parts, also in the genitive, the address, the number however it is grouped.
CREATE FUNCTION plain.words(person bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT '\m(' || concat_ws('|', replace(name, ' ', '[\s-]+'), split_part(name, ' ', 1), split_part(name, ' ', 2)) || ')(''?s)?\M|\m' || replace(email, '.', '\.') || '\M|'
        || '(\+47)?' || regexp_replace(right(phone, 8), '(\d)', '[ -]?\1', 'g') || '\M'
    FROM plain.people WHERE id = person
$$;
-- By hand: the rows, and an entry that says that it was done. On tables like these without the extension, and on these.
CREATE FUNCTION plain.erase(person bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    expression CONSTANT text := plain.words(person);
    deleted bigint;
    emptied bigint;
    taken_out bigint;
BEGIN
    PERFORM FROM plain.people WHERE id = person FOR UPDATE;
    DELETE FROM plain.visits WHERE person_id = person;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    UPDATE plain.orders SET recipient = NULL, street = NULL, phone = NULL, erased_at = now() WHERE person_id = person;
    GET DIAGNOSTICS emptied = ROW_COUNT;
    UPDATE plain.messages SET sender = CASE WHEN sender <> person THEN sender END, receiver = CASE WHEN receiver <> person THEN receiver END,
        body = regexp_replace(body, expression, '[redacted]', 'gi') WHERE sender = person OR receiver = person;
    GET DIAGNOSTICS taken_out = ROW_COUNT;
    UPDATE plain.people SET name = NULL, email = NULL, phone = NULL WHERE id = person;
    INSERT INTO plain.erasures (what, rows) VALUES ('visits deleted', deleted), ('orders emptied', emptied), ('taken out of messages', taken_out), ('erased', 1 + deleted + emptied + taken_out);
END $$;
CREATE FUNCTION plain.erase_here(person bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    expression CONSTANT text := plain.words(person);
    deleted bigint;
    emptied bigint;
    taken_out bigint;
BEGIN
    PERFORM FROM big.people WHERE id = person FOR UPDATE;
    DELETE FROM big.visits WHERE person_id = person;
    GET DIAGNOSTICS deleted = ROW_COUNT;
    UPDATE big.orders SET recipient = NULL, street = NULL, phone = NULL WHERE person_id = person;
    GET DIAGNOSTICS emptied = ROW_COUNT;
    UPDATE big.messages SET sender = CASE WHEN sender <> person THEN sender END, receiver = CASE WHEN receiver <> person THEN receiver END,
        body = regexp_replace(body, expression, '[redacted]', 'gi') WHERE sender = person OR receiver = person;
    GET DIAGNOSTICS taken_out = ROW_COUNT;
    UPDATE big.people SET name = NULL, email = NULL, phone = NULL WHERE id = person;
    INSERT INTO plain.erasures (what, rows) VALUES ('visits deleted', deleted), ('orders emptied', emptied), ('taken out of messages', taken_out), ('erased', 1 + deleted + emptied + taken_out);
END $$;
-- What retention.export_rows gives, without what nobody has asked the law for: which others are not to be seen in the person's messages is known
-- here beforehand.
CREATE FUNCTION plain.export_rows(person bigint) RETURNS TABLE (relation regclass, role text, key jsonb, data text) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT 'plain.people'::regclass, 'about', to_jsonb(t.id), row_to_json(t)::text FROM plain.people t WHERE t.id = person;
    RETURN QUERY SELECT 'plain.visits'::regclass, 'about', to_jsonb(t.id), row_to_json(t)::text FROM plain.visits t WHERE t.person_id = person;
    RETURN QUERY SELECT 'plain.orders'::regclass, 'about', to_jsonb(t.id), row_to_json(t)::text FROM plain.orders t WHERE t.person_id = person;
    RETURN QUERY SELECT 'plain.messages'::regclass, 'about', to_jsonb(t.id), json_build_object('id', t.id, 'sender', CASE WHEN t.sender = person THEN t.sender END,
            'receiver', CASE WHEN t.receiver = person THEN t.receiver END, 'at', t.at, 'body', regexp_replace(t.body, w.other, '[redacted]', 'gi'))::text
        FROM plain.messages t JOIN (SELECT p.id, plain.words(p.id) AS other FROM (SELECT receiver AS id FROM plain.messages m WHERE m.sender = person
            UNION SELECT sender FROM plain.messages m WHERE m.receiver = person) p WHERE p.id <> person OFFSET 0) w
            ON w.id = CASE WHEN t.sender = person THEN t.receiver ELSE t.sender END
        WHERE t.sender = person OR t.receiver = person;
    INSERT INTO plain.erasures (what, rows) VALUES ('exported', 0);
END $$;
-- As somebody would have it who runs them once: planned with the person in view, not for anybody.
ALTER FUNCTION plain.erase(bigint) SET plan_cache_mode = force_custom_plan;
ALTER FUNCTION plain.erase_here(bigint) SET plan_cache_mode = force_custom_plan;
ALTER FUNCTION plain.export_rows(bigint) SET plan_cache_mode = force_custom_plan;
VACUUM ANALYZE;
