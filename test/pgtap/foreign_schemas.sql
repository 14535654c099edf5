-- Schemas of other people, with an oracle in SQL that knows nothing of links and paths: what each row says, before and after each person is erased.
BEGIN;
SELECT plan(5);
SET client_min_messages = error;

-- The oracle. Each cell of each table, as (table, key, column, value); a person's cells are those of the rows that x.owns names.
CREATE SCHEMA x;
CREATE TABLE x.owns (rel text, key text, person int);                -- whose rows are, by the schema's own data: one row per owner
CREATE TABLE x.words (person int, word text);                        -- what tells who a person is
CREATE TABLE x.mine (rel text, col text);                            -- columns in which a row's own person is named by key
CREATE FUNCTION x.cells(VARIADIC rels regclass[], OUT rel text, OUT key text, OUT col text, OUT val text) RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE r regclass; BEGIN FOREACH r IN ARRAY rels LOOP
    RETURN QUERY EXECUTE format('SELECT %L, j ->> ''oid_'', e.key, e.value FROM (SELECT to_jsonb(t) || jsonb_build_object(''oid_'', t.uid) AS j FROM %s t) t, jsonb_each_text(t.j) e WHERE e.key NOT IN (''oid_'', ''retention_clock'')', r::text, r);
END LOOP; END$$;
CREATE FUNCTION x.link(kind text, relation regclass, path text, role text DEFAULT 'about', columns name[] DEFAULT '{}') RETURNS void LANGUAGE sql AS
    $$INSERT INTO retention.subject_link (kind, relation, path, role, columns) VALUES (kind, relation, path, role, columns)$$;
CREATE FUNCTION x.personal(relation regclass, column_name name, category text) RETURNS void LANGUAGE sql AS
    $$INSERT INTO retention.personal_column (relation, column_name, category) VALUES (relation, column_name, category)$$;
CREATE FUNCTION x.policy(relation regclass, action text, starts text DEFAULT 'ended_at') RETURNS void LANGUAGE sql AS
    $$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES (relation::text, relation, ARRAY[starts], '10 years', action, 'enforce')$$;
CREATE FUNCTION x.summary(answer json) RETURNS text LANGUAGE sql AS $$SELECT string_agg(s.key || r::text, ' ' ORDER BY s.key, r::text COLLATE "C") FROM json_each(answer) s, json_array_elements(s.value) r
    WHERE s.key IN ('deleted', 'anonymised', 'taken_out', 'kept', 'deferred', 'blocked', 'not_covered', 'in_consequence', 'left', 'not_reached')$$;

-- Each person alone, in a subtransaction that is rolled back; then all, one after the other. What is wrong is a row of x.wrong.
CREATE TABLE x.wrong (what text, person text, rel text, key text, col text, was text, became text);
CREATE FUNCTION x.compare(person_key text, person int, rels regclass[], erased int[]) RETURNS void LANGUAGE plpgsql AS $$BEGIN
    -- Nobody else's value changes or disappears: but what names the erased, by word or by key.
    INSERT INTO x.wrong SELECT 'changed', person_key, b.rel, b.key, b.col, b.val, a.val FROM x.before b LEFT JOIN x.after a USING (rel, key, col)
        WHERE a.val IS DISTINCT FROM b.val
            AND EXISTS (SELECT FROM x.owns o WHERE o.rel = b.rel AND o.key = b.key AND o.person <> ALL (erased))
            AND NOT EXISTS (SELECT FROM x.words w WHERE w.person = ANY (erased) AND b.val LIKE '%' || w.word || '%')
            AND NOT EXISTS (SELECT FROM x.mine m WHERE m.rel = b.rel AND m.col = b.col AND b.val IN (split_part(person_key, ' ', 1), person::text, 'u' || person));
    -- Nothing appears.
    INSERT INTO x.wrong SELECT 'appeared', person_key, a.rel, a.key, a.col, NULL, a.val FROM x.after a LEFT JOIN x.before b USING (rel, key) WHERE b.key IS NULL;
    -- No word of the erased is anywhere, but where rows are kept by law.
    INSERT INTO x.wrong SELECT 'left', person_key, a.rel, a.key, a.col, w.word, a.val FROM x.after a JOIN x.words w ON a.val LIKE '%' || w.word || '%'
        WHERE w.person = ANY (erased) AND a.rel NOT LIKE '%kept%' AND NOT EXISTS (SELECT FROM x.words o WHERE o.word = w.word AND o.person <> ALL (erased));
END$$;
CREATE FUNCTION x.erase_all(kind text, table_of_kind regclass, key_of text, rels regclass[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE p record; dry json; done json; again json; gone int[] := '{}'; reported bigint; shown bigint; done_rows bigint;
BEGIN
    CREATE TABLE x.before AS SELECT * FROM x.cells(VARIADIC rels);
    CREATE TABLE x.after (LIKE x.before);
    CREATE TEMP TABLE persons AS SELECT o.key AS uid, o.person, NULL::jsonb AS k FROM x.owns o WHERE o.rel = table_of_kind::text;
    EXECUTE format('UPDATE persons p SET k = %s FROM %s t WHERE t.uid = p.uid', key_of, table_of_kind);
    FOR p IN SELECT k, min(uid) AS uid, person FROM persons GROUP BY k, person ORDER BY person LOOP
        CONTINUE WHEN p.uid <> (SELECT min(uid) FROM persons q WHERE q.person = p.person);
        BEGIN
            -- The copy has all of the person's rows, and nothing that tells who somebody else is.
            INSERT INTO x.wrong SELECT 'not in the copy', p.uid, o.rel, o.key FROM x.owns o WHERE o.person = p.person
                AND NOT EXISTS (SELECT FROM retention.export_rows(kind, p.k) e WHERE e.relation = o.rel::regclass AND e.data ->> 'uid' = o.key);
            INSERT INTO x.wrong SELECT 'in the copy', p.uid, e.relation::text, e.row_key::text, NULL, w.word, e.data::text FROM retention.export_rows(kind, p.k) e
                JOIN x.words w ON w.person <> p.person AND e.data::text LIKE '%' || w.word || '%' AND NOT EXISTS (SELECT FROM x.words o WHERE o.word = w.word AND o.person = p.person);
            shown := (SELECT count(*) FROM retention.export_rows(kind, p.k));
            dry := retention.erase(kind, p.k, true);
            done := retention.erase(kind, p.k);
            again := NULL;
            INSERT INTO x.wrong SELECT 'dry run', p.uid, x.summary(dry), x.summary(done) WHERE x.summary(dry) IS DISTINCT FROM x.summary(done);
            SELECT coalesce(sum((r ->> 'rows')::bigint), 0) INTO reported FROM json_each(done) s, json_array_elements(s.value) r
                WHERE s.key IN ('deleted', 'anonymised', 'taken_out', 'kept', 'not_covered');
            INSERT INTO x.wrong SELECT 'export', p.uid, shown::text, reported::text, x.summary(done) WHERE reported > shown;
            INSERT INTO x.wrong SELECT 'incomplete', p.uid, x.summary(done) WHERE NOT (done ->> 'complete')::boolean;
            TRUNCATE x.after;
            INSERT INTO x.after SELECT * FROM x.cells(VARIADIC rels);
            PERFORM x.compare(p.uid, p.person, rels, ARRAY[p.person]);
            INSERT INTO x.wrong SELECT 'gone', p.uid, dry::text WHERE NOT EXISTS (SELECT FROM x.before b FULL JOIN x.after a USING (rel, key, col) WHERE a.val IS DISTINCT FROM b.val);
            CREATE TEMP TABLE found ON COMMIT DROP AS SELECT * FROM x.wrong;
            RAISE EXCEPTION USING ERRCODE = 'ZZ001', MESSAGE = (SELECT coalesce(json_agg(f), '[]') FROM found f)::text;
        EXCEPTION WHEN SQLSTATE 'ZZ001' THEN
            TRUNCATE x.wrong;
            INSERT INTO x.wrong SELECT * FROM json_populate_recordset(NULL::x.wrong, SQLERRM::json);
        END;
    END LOOP;
    FOR p IN SELECT k, uid, person FROM persons ORDER BY person, uid LOOP
        CONTINUE WHEN p.uid <> (SELECT min(uid) FROM persons q WHERE q.person = p.person);
        TRUNCATE x.before, x.after;
        INSERT INTO x.before SELECT * FROM x.cells(VARIADIC rels);
        PERFORM retention.erase(kind, p.k);
        gone := gone || p.person;
        INSERT INTO x.after SELECT * FROM x.cells(VARIADIC rels);
        PERFORM x.compare(p.uid || ' in turn', p.person, rels, gone);
        IF EXISTS (SELECT FROM x.after a WHERE a.rel = table_of_kind::text AND a.key = p.uid) THEN
            done := retention.erase(kind, p.k);
            INSERT INTO x.wrong SELECT 'again', p.uid, x.summary(done) WHERE EXISTS (SELECT FROM json_each(done) s WHERE s.key IN ('deleted', 'anonymised', 'taken_out', 'in_consequence') AND json_array_length(s.value) > 0);
            TRUNCATE x.before;
            INSERT INTO x.before SELECT * FROM x.cells(VARIADIC rels);
            INSERT INTO x.wrong SELECT 'again changed', p.uid, rel, key, col, a.val, b.val FROM x.before b FULL JOIN x.after a USING (rel, key, col) WHERE a.val IS DISTINCT FROM b.val;
        END IF;
    END LOOP;
    DROP TABLE x.before, x.after, persons;
END$$;
CREATE FUNCTION x.found() RETURNS text LANGUAGE sql AS $$SELECT string_agg(format('%s x%s: %s', what, n, example), E'\n' ORDER BY what) FROM
    (SELECT what || coalesce(' ' || CASE WHEN what IN ('changed', 'appeared', 'left', 'not in the copy', 'in the copy') THEN concat_ws('.', rel, col) END, '') AS what, count(*) AS n,
        min(concat_ws(' | ', person, rel, key, col, was, became)) AS example FROM x.wrong GROUP BY 1) w$$;
CREATE FUNCTION x.word(i int) RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT 'Qv' || translate(lpad(i::text, 3, '0'), '0123456789', 'abcdefghij') || 'x'$$;

-- 1. Homes, accounts and clubs: several persons have one; links with keys of their own, attribute tables for names, cascades over two keys.
CREATE SCHEMA s1;
CREATE TABLE s1.home (uid text PRIMARY KEY, street text, parcel text);
CREATE TABLE s1.person (uid text PRIMARY KEY, name text, home text REFERENCES s1.home, ended_at timestamptz);
CREATE TABLE s1.alias (uid text PRIMARY KEY, person text NOT NULL REFERENCES s1.person ON DELETE CASCADE, alias text, ended_at timestamptz);
CREATE TABLE s1.account (uid text PRIMARY KEY, label text, balance numeric);
CREATE TABLE s1.holder (uid text PRIMARY KEY, account text NOT NULL REFERENCES s1.account ON DELETE CASCADE, person text NOT NULL REFERENCES s1.person ON DELETE CASCADE, since date, ended_at timestamptz);
CREATE TABLE s1.club (uid text PRIMARY KEY, motto text);
CREATE TABLE s1.member (uid text NOT NULL, club text REFERENCES s1.club, person text REFERENCES s1.person ON DELETE CASCADE, ended_at timestamptz, PRIMARY KEY (club, person));
CREATE TABLE s1.message (uid text PRIMARY KEY, sender text REFERENCES s1.person ON DELETE SET NULL, receiver text REFERENCES s1.person ON DELETE CASCADE, body text, tags text[], meta jsonb, ended_at timestamptz);
CREATE TABLE s1.reply (uid text PRIMARY KEY, message text NOT NULL REFERENCES s1.message ON DELETE CASCADE, author text REFERENCES s1.person, body text, ended_at timestamptz);
INSERT INTO s1.home SELECT 'h' || i, 'Street ' || i, 'p' || i FROM generate_series(1, 10) i;
INSERT INTO s1.person SELECT 'p' || i, x.word(i) || ' Alike', 'h' || (1 + i % 10) FROM generate_series(1, 24) i;
INSERT INTO s1.alias SELECT 'l' || i, 'p' || i, x.word(100 + i) FROM generate_series(1, 24) i WHERE i % 2 = 0;
INSERT INTO s1.account SELECT 'a' || i, 'Account ' || i, i * 10 FROM generate_series(1, 8) i;
INSERT INTO s1.holder SELECT 'o' || i, 'a' || (1 + i % 8), 'p' || (1 + i % 24), '2020-01-01' FROM generate_series(1, 30) i;
INSERT INTO s1.club SELECT 'c' || i, 'Motto ' || i FROM generate_series(1, 3) i;
INSERT INTO s1.member SELECT 'm' || i, 'c' || (1 + i % 3), 'p' || i FROM generate_series(1, 24) i;
INSERT INTO s1.message SELECT 'g' || i, 'p' || i, 'p' || (1 + (i * 7) % 24), format('%s wrote to %s, "%s"', x.word(i), x.word(1 + (i * 7) % 24), CASE WHEN i % 2 = 0 THEN x.word(100 + i) END),
    ARRAY['red', x.word(i)], jsonb_build_object('from', x.word(i), 'n', i) FROM generate_series(1, 24) i;
INSERT INTO s1.reply SELECT 'r' || i, 'g' || i, 'p' || (1 + (i * 5) % 24), x.word(1 + (i * 5) % 24) || ' answers' FROM generate_series(1, 24) i;
SELECT x.personal(t::regclass, c, k) FROM (VALUES ('s1.person', 'name', 'name'), ('s1.alias', 'alias', 'name'), ('s1.home', 'street', 'address'), ('s1.account', 'label', 'other'), ('s1.club', 'motto', 'other'),
    ('s1.message', 'body', 'free text'), ('s1.message', 'tags', 'other'), ('s1.message', 'meta', 'other'), ('s1.reply', 'body', 'free text')) v (t, c, k);
SELECT x.policy('s1.person', 'delete'), x.policy('s1.alias', 'delete'), x.policy('s1.message', 'delete'), x.policy('s1.reply', 'anonymise'), x.policy('s1.holder', 'delete'), x.policy('s1.member', 'delete');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('s1', 's1.person');
SELECT x.link('s1', 's1.home', '[s1.person.home]'), x.link('s1', 's1.alias', 'person'), x.link('s1', 's1.holder', 'person'), x.link('s1', 's1.account', '[s1.holder.account].person'),
    x.link('s1', 's1.member', 'person'), x.link('s1', 's1.club', '[s1.member.club].person', 'mentioned'), x.link('s1', 's1.message', 'receiver'), x.link('s1', 's1.message', 'sender'),
    x.link('s1', 's1.reply', 'author'), x.link('s1', 's1.reply', 'message.receiver', 'mentioned');
INSERT INTO x.owns SELECT 's1.person', uid, substr(uid, 2)::int FROM s1.person UNION ALL SELECT 's1.alias', uid, substr(person, 2)::int FROM s1.alias
    UNION ALL SELECT 's1.home', home, substr(uid, 2)::int FROM s1.person UNION ALL SELECT 's1.holder', uid, substr(person, 2)::int FROM s1.holder
    UNION ALL SELECT 's1.account', account, substr(person, 2)::int FROM s1.holder UNION ALL SELECT 's1.member', uid, substr(person, 2)::int FROM s1.member
    UNION ALL SELECT 's1.message', uid, substr(sender, 2)::int FROM s1.message UNION ALL SELECT 's1.message', uid, substr(receiver, 2)::int FROM s1.message
    UNION ALL SELECT 's1.reply', uid, substr(author, 2)::int FROM s1.reply;
INSERT INTO x.words SELECT i, x.word(i) FROM generate_series(1, 24) i UNION ALL SELECT i, x.word(100 + i) FROM generate_series(2, 24, 2) i;
INSERT INTO x.mine VALUES ('s1.message', 'sender'), ('s1.message', 'receiver'), ('s1.reply', 'author');
SELECT x.erase_all('s1', 's1.person', $$to_jsonb(t.uid)$$, '{s1.home,s1.person,s1.alias,s1.account,s1.holder,s1.club,s1.member,s1.message,s1.reply}');
SELECT is(x.found(), NULL, 'erasing in homes, accounts and clubs takes what is one person''s, and no more');

-- 2. Tenants: keys of several columns, an address that is one person's within a tenant alone, and two kinds that are one human.
TRUNCATE x.owns, x.words, x.mine, x.wrong;
CREATE SCHEMA s2;
CREATE TABLE s2.tenant (id int PRIMARY KEY);
CREATE TABLE s2.usr (uid text NOT NULL, tenant int REFERENCES s2.tenant, no int, email text, name text, ended_at timestamptz, PRIMARY KEY (tenant, no));
CREATE TABLE s2.guest (uid text PRIMARY KEY, org int REFERENCES s2.tenant, mail text, called text, ended_at timestamptz);
CREATE TABLE s2.ord (uid text NOT NULL, id int, tenant int REFERENCES s2.tenant, buyer int, seller int, remark text, ended_at timestamptz, PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, buyer) REFERENCES s2.usr ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, FOREIGN KEY (tenant, seller) REFERENCES s2.usr);
CREATE TABLE s2.line (uid text NOT NULL, tenant int, ord int, n int, text text, PRIMARY KEY (tenant, ord, n), FOREIGN KEY (tenant, ord) REFERENCES s2.ord ON DELETE CASCADE);
CREATE TABLE s2.visit (uid text PRIMARY KEY, guest text REFERENCES s2.guest ON DELETE CASCADE, host_tenant int REFERENCES s2.tenant, host int, note text, ended_at timestamptz, FOREIGN KEY (host_tenant, host) REFERENCES s2.usr ON DELETE SET NULL);
SET CONSTRAINTS ALL IMMEDIATE;
INSERT INTO s2.tenant SELECT generate_series(1, 3);
INSERT INTO s2.usr SELECT 'u' || i, 1 + i % 3, i, x.word(200 + i / 3) || '@mail.example', x.word(i) FROM generate_series(1, 24) i;
INSERT INTO s2.guest SELECT 'g' || i, 1 + i % 3, ' ' || upper(x.word(200 + i / 3)) || '@mail.example', x.word(i) FROM generate_series(1, 24, 2) i;
INSERT INTO s2.ord SELECT 'o' || i, i, 1 + i % 3, i, 1 + (i + 8) % 24, format('%s from %s', x.word(i), x.word(1 + (i + 8) % 24)) FROM generate_series(1, 24) i WHERE (i % 3) = (1 + (i + 8) % 24) % 3;
INSERT INTO s2.line SELECT 'l' || uid || n, tenant, id, n, 'For ' || x.word(buyer) FROM s2.ord, generate_series(1, 2) n;
INSERT INTO s2.visit SELECT 'v' || i, 'g' || i, 1 + (i + 4) % 3, i + 4, format('%s met %s', x.word(i), x.word(i + 4)) FROM generate_series(1, 20, 2) i;
SELECT x.personal(t::regclass, c, k) FROM (VALUES ('s2.usr', 'email', 'email'), ('s2.usr', 'name', 'name'), ('s2.guest', 'mail', 'email'), ('s2.guest', 'called', 'name'), ('s2.ord', 'remark', 'free text'),
    ('s2.line', 'text', 'free text'), ('s2.visit', 'note', 'free text')) v (t, c, k);
SELECT x.policy('s2.usr', 'delete'), x.policy('s2.guest', 'anonymise'), x.policy('s2.ord', 'delete'), x.policy('s2.visit', 'delete');
INSERT INTO retention.subject_kind (kind, relation, identifying, scope) VALUES ('s2', 's2.usr', '{email}', '{tenant}'), ('s2g', 's2.guest', '{mail}', '{org}');
SELECT x.link('s2', 's2.ord', 'buyer'), x.link('s2', 's2.ord', 'seller', 'mentioned'), x.link('s2', 's2.line', 'ord.buyer'), x.link('s2g', 's2.visit', 'guest'), x.link('s2', 's2.visit', 'host', 'mentioned');
INSERT INTO x.owns SELECT 's2.usr', uid, no FROM s2.usr UNION ALL SELECT 's2.guest', uid, substr(uid, 2)::int FROM s2.guest UNION ALL SELECT 's2.ord', uid, buyer FROM s2.ord
    UNION ALL SELECT 's2.line', uid, ord FROM s2.line UNION ALL SELECT 's2.visit', uid, substr(guest, 2)::int FROM s2.visit;
INSERT INTO x.words SELECT i, x.word(i) FROM generate_series(1, 24) i;
INSERT INTO x.mine VALUES ('s2.ord', 'seller'), ('s2.visit', 'host'), ('s2.visit', 'host_tenant');
SELECT x.erase_all('s2', 's2.usr', $$jsonb_build_object('tenant', t.tenant, 'no', t.no)$$, '{s2.usr,s2.guest,s2.ord,s2.line,s2.visit}');
SELECT is(x.found(), NULL, 'erasing in one tenant takes what is one person''s there, and no more');

-- 3. Partitions, child tables, a tree of managers, names as attributes, and no policy for the person.
TRUNCATE x.owns, x.words, x.mine, x.wrong;
CREATE SCHEMA s3;
CREATE TABLE s3.person (uid text PRIMARY KEY, number int UNIQUE NOT NULL, manager text REFERENCES s3.person DEFERRABLE INITIALLY DEFERRED, phone text);
CREATE TABLE s3.attribute (uid text PRIMARY KEY, person int NOT NULL REFERENCES s3.person (number), key text, value text);
CREATE TABLE s3.event (uid text, at date, person text REFERENCES s3.person, seen_by text REFERENCES s3.person, what text, ended_at timestamptz, PRIMARY KEY (uid, at)) PARTITION BY RANGE (at);
CREATE TABLE s3.event_1 PARTITION OF s3.event FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE s3.event_2 (what text, seen_by text, x int, uid text NOT NULL, ended_at timestamptz, person text, at date NOT NULL);
ALTER TABLE s3.event_2 DROP COLUMN x;
ALTER TABLE s3.event ATTACH PARTITION s3.event_2 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE TABLE s3.paper (uid text PRIMARY KEY, person text REFERENCES s3.person, body text);
CREATE TABLE s3.letter (PRIMARY KEY (uid), FOREIGN KEY (person) REFERENCES s3.person, extra text) INHERITS (s3.paper);
CREATE TABLE s3.photo (uid text PRIMARY KEY, event text, at date, caption text, ended_at timestamptz, FOREIGN KEY (event, at) REFERENCES s3.event ON DELETE CASCADE);
INSERT INTO s3.person SELECT 'p' || i, i, CASE WHEN i > 3 THEN 'p' || i / 3 END, '+47 9000' || (1000 + i * 37) FROM generate_series(1, 24) i;
SET CONSTRAINTS ALL IMMEDIATE;
INSERT INTO s3.attribute SELECT 't' || i, i, 'name', x.word(i) FROM generate_series(1, 24) i;
INSERT INTO s3.event SELECT 'e' || i, date '2020-01-01' + i * 20, 'p' || (1 + i % 24), 'p' || (1 + i * 5 % 24), format('%s was seen by %s', x.word(1 + i % 24), x.word(1 + i * 5 % 24)) FROM generate_series(1, 30) i;
INSERT INTO s3.paper SELECT 'a' || i, 'p' || i, x.word(i) || ' paper' FROM generate_series(1, 24, 2) i;
INSERT INTO s3.letter SELECT 'b' || i, 'p' || i, x.word(i) || ' letter', x.word(i) FROM generate_series(2, 24, 2) i;
INSERT INTO s3.photo SELECT 'f' || uid, uid, at, what FROM s3.event WHERE right(uid, 1) = '3';
SELECT x.personal(t::regclass, c, k) FROM (VALUES ('s3.person', 'phone', 'phone'), ('s3.attribute', 'value', 'name'), ('s3.event', 'what', 'free text'), ('s3.paper', 'body', 'free text'), ('s3.letter', 'extra', 'free text'),
    ('s3.letter', 'body', 'free text'), ('s3.photo', 'caption', 'free text')) v (t, c, k);
SELECT x.policy('s3.event', 'delete'), x.policy('s3.photo', 'anonymise');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('s3', 's3.person');
SELECT x.link('s3', 's3.person', 'manager', 'mentioned'), x.link('s3', 's3.attribute', 'person'), x.link('s3', 's3.event', 'person'), x.link('s3', 's3.event', 'seen_by', 'mentioned'),
    x.link('s3', 's3.paper', 'person'), x.link('s3', 's3.letter', 'person'), x.link('s3', 's3.photo', 'event.person'), x.link('s3', 's3.photo', 'event.seen_by', 'mentioned');
INSERT INTO x.owns SELECT 's3.person', uid, number FROM s3.person UNION ALL SELECT 's3.attribute', uid, person FROM s3.attribute UNION ALL SELECT 's3.event', uid, substr(person, 2)::int FROM s3.event
    UNION ALL SELECT 's3.paper', uid, substr(person, 2)::int FROM s3.paper UNION ALL SELECT 's3.photo', p.uid, substr(person, 2)::int FROM s3.photo p JOIN s3.event e ON e.uid = p.event;
INSERT INTO x.words SELECT i, x.word(i) FROM generate_series(1, 24) i;
INSERT INTO x.mine VALUES ('s3.person', 'manager'), ('s3.event', 'seen_by');
SELECT results_eq($$SELECT kind, key, column_name FROM retention.find_subject(x.word(5))$$, $$VALUES ('s3', '"p5"'::jsonb, 'value'::name)$$,
    'a person is found by a name in a table that refers to another key than the kind''s');
SELECT x.erase_all('s3', 's3.person', 'to_jsonb(t.uid)', '{s3.person,s3.attribute,s3.event,s3.paper,s3.photo}');
SELECT is(x.found(), NULL, 'erasing in partitions and child tables takes what is one person''s, and no more');

-- 4. A user and a partner are one human; what the law keeps, threads that cascade, and tables without a policy.
TRUNCATE x.owns, x.words, x.mine, x.wrong;
CREATE SCHEMA s4;
CREATE TABLE s4.partner (uid text PRIMARY KEY, name text, email text, ended_at timestamptz);
CREATE TABLE s4.usr (uid text PRIMARY KEY, partner text UNIQUE NOT NULL REFERENCES s4.partner ON DELETE RESTRICT, login text, nick text, ended_at timestamptz);
CREATE TABLE s4.kept_invoice (uid text PRIMARY KEY, partner text NOT NULL REFERENCES s4.partner, clerk text REFERENCES s4.usr, ship_to text, issued timestamptz);
CREATE TABLE s4.post (uid text PRIMARY KEY, author text NOT NULL REFERENCES s4.usr ON DELETE CASCADE, up text REFERENCES s4.post ON DELETE CASCADE, body text, ended_at timestamptz);
CREATE TABLE s4.liked (uid text PRIMARY KEY, post text NOT NULL REFERENCES s4.post ON DELETE CASCADE, usr text NOT NULL REFERENCES s4.usr ON DELETE CASCADE, ended_at timestamptz, UNIQUE (post, usr));
CREATE TABLE s4.ticket (uid text PRIMARY KEY, customer text REFERENCES s4.partner, agent text REFERENCES s4.usr, title varchar(20), body text, CHECK (length(body) > 2));
INSERT INTO s4.partner SELECT 'p' || i, x.word(i), x.word(i) || '@mail.example' FROM generate_series(1, 20) i;
INSERT INTO s4.usr SELECT 'u' || i, 'p' || i, upper(x.word(i)) || '@mail.example', x.word(i) FROM generate_series(1, 20) i;
INSERT INTO s4.kept_invoice SELECT 'i' || i, 'p' || i, 'u' || (1 + i * 3 % 20), 'Street ' || i, '2026-01-01' FROM generate_series(1, 20, 3) i;
INSERT INTO s4.post SELECT 'c' || i, 'u' || (1 + i * 7 % 20), CASE WHEN i > 4 THEN 'c' || i / 2 END, x.word(1 + i * 7 % 20) || ' says' FROM generate_series(1, 24) i;
INSERT INTO s4.liked SELECT 'k' || i, 'c' || i, 'u' || (1 + i * 11 % 20) FROM generate_series(1, 24) i;
INSERT INTO s4.ticket SELECT 't' || i, 'p' || i, 'u' || (1 + i * 3 % 20), 'By ' || x.word(1 + i * 3 % 20), format('%s called %s', x.word(i), x.word(1 + i * 3 % 20)) FROM generate_series(1, 20) i;
SELECT x.personal(t::regclass, c, k) FROM (VALUES ('s4.partner', 'name', 'name'), ('s4.partner', 'email', 'email'), ('s4.usr', 'login', 'email'), ('s4.usr', 'nick', 'name'), ('s4.kept_invoice', 'ship_to', 'address'),
    ('s4.post', 'body', 'free text'), ('s4.ticket', 'body', 'free text'), ('s4.ticket', 'title', 'free text')) v (t, c, k);
SELECT x.policy('s4.partner', 'delete'), x.policy('s4.usr', 'delete'), x.policy('s4.post', 'delete'), x.policy('s4.liked', 'delete');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, must_keep_for, reference) VALUES ('kept', 's4.kept_invoice', '{issued}', '5 years', 'delete', 'enforce', '5 years', 'Accounting Act');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('s4', 's4.partner', '{email}'), ('s4u', 's4.usr', '{login}');
SELECT x.link('s4', 's4.kept_invoice', 'partner'), x.link('s4u', 's4.kept_invoice', 'clerk', 'mentioned'), x.link('s4u', 's4.post', 'author'), x.link('s4u', 's4.liked', 'usr'),
    x.link('s4', 's4.ticket', 'customer'), x.link('s4u', 's4.ticket', 'agent', 'mentioned');
INSERT INTO x.owns SELECT 's4.partner', uid, substr(uid, 2)::int FROM s4.partner UNION ALL SELECT 's4.usr', uid, substr(uid, 2)::int FROM s4.usr UNION ALL SELECT 's4.kept_invoice', uid, substr(partner, 2)::int FROM s4.kept_invoice
    UNION ALL SELECT 's4.post', uid, substr(author, 2)::int FROM s4.post UNION ALL SELECT 's4.liked', uid, substr(usr, 2)::int FROM s4.liked UNION ALL SELECT 's4.ticket', uid, substr(customer, 2)::int FROM s4.ticket;
INSERT INTO x.words SELECT i, x.word(i) FROM generate_series(1, 20) i;
INSERT INTO x.mine SELECT t, c FROM (VALUES ('s4.kept_invoice', 'clerk'), ('s4.ticket', 'agent')) v (t, c);
SELECT x.erase_all('s4', 's4.partner', 'to_jsonb(t.uid)', '{s4.partner,s4.usr,s4.kept_invoice,s4.post,s4.liked,s4.ticket}');
SELECT is(x.found(), NULL, 'erasing of users who are partners, too, takes what is one person''s, and no more');

SELECT * FROM finish();
ROLLBACK;
