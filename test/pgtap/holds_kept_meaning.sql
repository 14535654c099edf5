-- What holds know held rows by, what of them is personal, and who is the same human: under a hold it stays, by whatever statement.
BEGIN;
SELECT plan(143);
SET LOCAL client_min_messages = error;
SET LOCAL retention.test_now = '2030-06-01 12:00+00';
CREATE ROLE meaning_owner;
GRANT meaning_owner TO CURRENT_USER;
CREATE SCHEMA app AUTHORIZATION meaning_owner;
SET LOCAL ROLE meaning_owner;
CREATE TABLE app.users (id bigint PRIMARY KEY, email varchar(50), nid text, login text, active boolean DEFAULT true, left_on date);
CREATE TABLE app.members (id bigint PRIMARY KEY, email varchar(50), region text DEFAULT 'north', user_id bigint, left_on date);
CREATE TABLE app.orders (id bigint PRIMARY KEY, user_id int, ordered date, ship text, typed retention.person_name, class text, amount int, note text);
CREATE TABLE app.accounts (id bigint PRIMARY KEY, user_id bigint REFERENCES app.users, opened date);
CREATE TABLE app.payments (id bigint PRIMARY KEY, account_id bigint REFERENCES app.accounts, paid date, class text, amount int);
CREATE TABLE app.visits (id bigint, visited date, user_id bigint, guest text, PRIMARY KEY (id, visited)) PARTITION BY RANGE (visited);
CREATE TABLE app.visits_1 (gone int, guest text, user_id bigint, visited date NOT NULL, id bigint NOT NULL);
ALTER TABLE app.visits_1 DROP COLUMN gone;
ALTER TABLE app.visits ATTACH PARTITION app.visits_1 FOR VALUES FROM ('2020-01-01') TO ('2040-01-01');
CREATE TABLE app.trips (id bigint, went date, user_id bigint, guest text, PRIMARY KEY (id, went)) PARTITION BY RANGE (went);
CREATE TABLE app.trips_1 PARTITION OF app.trips FOR VALUES FROM ('2020-01-01') TO ('2040-01-01');
CREATE TABLE app.letters (id bigint PRIMARY KEY, user_id bigint REFERENCES app.users, body text);
CREATE TABLE app.notes (id bigint PRIMARY KEY, member_id bigint, made date, body text);
CREATE TABLE app.logs (id bigint PRIMARY KEY, logged date, address text);
RESET ROLE;
INSERT INTO app.users (id, email, nid, login) VALUES (1, 'kari@x.example', 'n1', 'kari'), (2, 'ola@x.example', 'n2', 'ola');
INSERT INTO app.members (id, email, user_id) VALUES (1, 'kari@x.example', NULL), (2, 'ola@x.example', NULL);
INSERT INTO app.members (id, email) VALUES (3, 'per@x.example');
INSERT INTO app.notes VALUES (1, 3, '2030-01-01', 'note');
INSERT INTO app.orders SELECT i, i, '2030-01-01', 'ship', 'Lie', 'plain', 1, 'note' FROM generate_series(1, 2) i;
INSERT INTO app.accounts SELECT i, i, '2030-01-01' FROM generate_series(1, 2) i;
INSERT INTO app.payments SELECT i, i, '2030-01-01', 'plain', 1 FROM generate_series(1, 2) i;
INSERT INTO app.visits SELECT i, '2030-01-01', i, 'guest' FROM generate_series(1, 2) i;
INSERT INTO app.logs VALUES (1, '2030-01-01', 'here');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('users', 'app.users', '{left_on}', '30 days', 'delete', 'enforce'),
    ('members', 'app.members', '{left_on}', '30 days', 'delete', 'enforce'), ('orders', 'app.orders', '{ordered}', '5 years', 'delete', 'enforce'),
    ('accounts', 'app.accounts', '{opened}', '5 years', 'delete', 'enforce'), ('payments', 'app.payments', '{paid}', '5 years', 'delete', 'enforce'),
    ('visits', 'app.visits', '{visited}', '5 years', 'delete', 'enforce'), ('logs', 'app.logs', '{logged}', '5 years', 'delete', 'enforce'),
    ('notes', 'app.notes', '{made}', '5 years', 'delete', 'enforce'), ('trips', 'app.trips', '{went}', '5 years', 'delete', 'enforce');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, priority) VALUES ('trips of a time', 'app.trips_1', '{went}', '9 years', 'delete', 'enforce', -5);
INSERT INTO app.trips SELECT i, '2030-01-01', i, 'guest' FROM generate_series(1, 2) i;
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.users', 'email', 'email'), ('app.orders', 'ship', 'name'), ('app.visits', 'guest', 'name'), ('app.trips', 'guest', 'name'), ('app.logs', 'address', 'ip address');
INSERT INTO retention.subject_kind (kind, relation, identifying, applies_to) VALUES ('user', 'app.users', '{email}', 'active'), ('member', 'app.members', '{email}', NULL);
INSERT INTO retention.subject_link (kind, relation, path, role) VALUES ('user', 'app.orders', '(user_id = app.users.id)', 'about'), ('user', 'app.payments', 'account_id.user_id', 'about'),
    ('user', 'app.visits', '(user_id = app.users.id)', 'about'), ('user', 'app.trips', '(user_id = app.users.id)', 'about'), ('user', 'app.letters', 'user_id', 'about'), ('member', 'app.notes', '(member_id = app.members.id)', 'about'),
    ('user', 'app.members', '(user_id = app.users.id)', 'same');

-- 'passes', or the code of the error; what it did is taken back.
CREATE FUNCTION pg_temp.tried(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RAISE SQLSTATE 'TT000';
EXCEPTION
    WHEN SQLSTATE 'TT000' THEN RETURN 'passes';
    WHEN OTHERS THEN RETURN SQLSTATE;
END$$;
CREATE TEMP TABLE attempt (number int GENERATED ALWAYS AS IDENTITY, hold text, act text, statement text);

-- What holds know rows by, written over or read otherwise by a command.
INSERT INTO attempt (hold, act, statement) VALUES
    ('person', 'another person''s key is written into the column of a link', $$ALTER TABLE app.orders ALTER user_id TYPE int USING 2$$),
    ('person', 'a link''s column of a partitioned table is written over', $$ALTER TABLE app.visits ALTER user_id TYPE bigint USING 2$$),
    ('person', 'a column between a row and its person is written over', $$ALTER TABLE app.accounts ALTER user_id TYPE bigint USING 2$$),
    ('person', 'persons get other keys', $$ALTER TABLE app.members ALTER id TYPE bigint USING id + 10$$),
    ('person', 'a link''s column is written over of rows that no hold has marked yet', $$UPDATE app.members SET email = 'kari@x.example' WHERE id = 3; ALTER TABLE app.notes ALTER member_id TYPE bigint USING 2$$),
    ('person', 'an identifying column that nobody declared is written over', $$ALTER TABLE app.members ALTER email TYPE varchar(50) USING id::text$$),
    ('person', 'an identifying column is cut', $$ALTER TABLE app.members ALTER email TYPE varchar(3) USING email::varchar(3)$$),
    ('person', 'an identifying column comes to hold something else by its type', $$ALTER TABLE app.members ALTER email TYPE retention.person_name$$),
    ('person', 'a column that says who is a person is written over', $$ALTER TABLE app.users ALTER active TYPE boolean USING false$$),
    ('person', 'a column of a link between persons is written over', $$ALTER TABLE app.members ALTER user_id TYPE bigint USING 2$$),
    ('person', 'an event trigger writes over the column of a link', $$CREATE FUNCTION app.on_create() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN ALTER TABLE app.orders ALTER user_id TYPE int USING 2; END';
        CREATE EVENT TRIGGER on_create ON ddl_command_end WHEN TAG IN ('CREATE VIEW') EXECUTE FUNCTION app.on_create(); CREATE VIEW app.nothing AS SELECT 1$$),
    ('row', 'the key of a row is written over', $$ALTER TABLE app.payments ALTER id TYPE bigint USING id + 10$$),
    ('condition', 'a column of the condition is written over', $$ALTER TABLE app.payments ALTER class TYPE text USING 'open'$$),
    ('condition', 'a column of the condition is cut', $$ALTER TABLE app.payments ALTER class TYPE varchar(2) USING class::varchar(2)$$),
    ('condition', 'a column of the condition is compared as text', $$ALTER TABLE app.payments ALTER amount TYPE text$$);
-- Whether what held rows hold is personal.
INSERT INTO attempt (hold, act, statement) VALUES
    ('person', 'a personal column is not declared any more', $$DELETE FROM retention.personal_column WHERE relation = 'app.orders'::regclass$$),
    ('person', 'a declaration is made another column''s', $$UPDATE retention.personal_column SET column_name = 'note' WHERE relation = 'app.orders'::regclass$$),
    ('person', 'a declaration is made another table''s', $$UPDATE retention.personal_column SET relation = 'app.letters', column_name = 'body' WHERE relation = 'app.orders'::regclass$$),
    ('person', 'a column is blanked that is declared of the table above', $$UPDATE app.trips SET guest = NULL WHERE id = 1$$),
    ('person', 'a personal column of a partitioned table is not declared any more', $$DELETE FROM retention.personal_column WHERE relation = 'app.visits'::regclass$$),
    ('person', 'a column is personal no more by its type', $$ALTER TABLE app.orders ALTER typed TYPE text$$),
    ('row', 'a personal column of a held row''s table is not declared any more', $$DELETE FROM retention.personal_column WHERE relation = 'app.orders'::regclass$$),
    ('policy', 'a personal column of a held policy''s table is not declared any more', $$DELETE FROM retention.personal_column WHERE relation = 'app.orders'::regclass$$),
    ('table', 'a personal column of a held table is not declared any more', $$DELETE FROM retention.personal_column WHERE relation = 'app.orders'::regclass$$);
-- Who is the same human.
INSERT INTO attempt (hold, act, statement) VALUES
    ('person', 'an identifying column is one no more', $$UPDATE retention.subject_kind SET identifying = '{}' WHERE kind = 'user'$$),
    ('person', 'another column identifies persons', $$UPDATE retention.subject_kind SET identifying = '{nid}' WHERE kind = 'user'$$),
    ('person', 'persons of another kind are identified by nothing', $$UPDATE retention.subject_kind SET identifying = '{}' WHERE kind = 'member'$$),
    ('person', 'persons have a scope', $$UPDATE retention.subject_kind SET scope = '{nid}' WHERE kind = 'user'$$),
    ('person', 'persons of another kind have a scope', $$UPDATE retention.subject_kind SET scope = '{region}' WHERE kind = 'member'$$),
    ('person', 'a value becomes nobody''s', $$UPDATE retention.subject_kind SET placeholders = '{kari@x.example}' WHERE kind = 'user'$$),
    ('person', 'a value becomes nobody''s with another kind', $$UPDATE retention.subject_kind SET placeholders = '{kari@x.example}' WHERE kind = 'member'$$),
    ('person', 'a value becomes nobody''s with a new kind', $$INSERT INTO retention.subject_kind (kind, relation, placeholders) VALUES ('log', 'app.logs', '{ KARI@x.example}')$$),
    ('person', 'fewer rows are persons', $$UPDATE retention.subject_kind SET applies_to = 'active AND id <> 1' WHERE kind = 'user'$$),
    ('person', 'fewer rows are persons of another kind', $$UPDATE retention.subject_kind SET applies_to = 'id <> 1' WHERE kind = 'member'$$),
    ('member', 'another kind is forgotten', $$DELETE FROM retention.subject_kind WHERE kind = 'user'$$),
    ('member', 'a link between persons of another kind is taken away', $$DELETE FROM retention.subject_link WHERE role = 'same'$$),
    ('member', 'a link between persons of another kind comes to mean something else', $$UPDATE retention.subject_link SET role = 'about' WHERE role = 'same'$$),
    ('member', 'a link of another kind to held rows is taken away', $$DELETE FROM retention.subject_link WHERE relation = 'app.orders'::regclass$$),
    ('person', 'an identifying column is declared to hold something else', $$UPDATE retention.personal_column SET category = 'other' WHERE column_name = 'email'$$),
    ('person', 'an identifying column that nobody declared gets a name that says something else', $$ALTER TABLE app.members RENAME email TO contact$$),
    ('person', 'an identifying column that nobody declared is declared to hold something else', $$INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.members', 'email', 'other')$$),
    ('person', 'a value of an identifying column becomes that of erased persons', $$UPDATE retention.personal_column SET anonymise = 'constant', constant = 'kari@x.example' WHERE column_name = 'email'$$),
    ('person', 'a value of an identifying column becomes that of erased persons by a declaration', $$INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant) VALUES ('app.members', 'email', 'email', 'constant', 'kari@x.example')$$);
SELECT is(pg_temp.tried(statement), 'passes', format('without a hold %s', act)) FROM attempt ORDER BY number;

-- What changes nothing of that goes on.
CREATE TEMP TABLE harmless (number int GENERATED ALWAYS AS IDENTITY, act text, statement text);
INSERT INTO harmless (act, statement) VALUES
    ('the column of a link has room for more', $$ALTER TABLE app.orders ALTER user_id TYPE bigint$$),
    ('an identifying column has room for more', $$ALTER TABLE app.members ALTER email TYPE varchar(80)$$),
    ('an identifying column has room for any text', $$ALTER TABLE app.members ALTER email TYPE text$$),
    ('an identifying column is declared by its type what it was by its name', $$ALTER TABLE app.members ALTER email TYPE retention.email$$),
    ('a column of the condition has room for more', $$ALTER TABLE app.payments ALTER amount TYPE bigint$$),
    ('another column is written over', $$ALTER TABLE app.orders ALTER note TYPE text USING 'x'$$),
    ('a column of a table without held rows is written over', $$ALTER TABLE app.logs ALTER id TYPE bigint USING id + 1$$),
    ('the column of a link is renamed', $$ALTER TABLE app.orders RENAME user_id TO buyer; UPDATE app.orders SET note = 'x'$$),
    ('an identifying column is renamed', $$ALTER TABLE app.users RENAME email TO mail$$),
    ('an identifying column that nobody declared is renamed', $$ALTER TABLE app.members RENAME email TO mail$$),
    ('the key of persons is renamed', $$ALTER TABLE app.users RENAME id TO number$$),
    ('a column that says who is a person is renamed', $$ALTER TABLE app.users RENAME active TO is_active$$),
    ('a column of the condition is renamed', $$ALTER TABLE app.payments RENAME class TO sort$$),
    ('a kind is renamed', $$UPDATE retention.subject_kind SET kind = 'account' WHERE kind = 'user'$$),
    ('a table that a link leads from, and in which nothing is held, is dropped', $$DROP TABLE app.letters$$),
    ('a column of held rows is declared personal', $$INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.orders', 'note', 'free text')$$),
    ('an identifying column is declared to hold what it was taken to', $$INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.members', 'email', 'email')$$),
    ('a personal column of held rows is kept for another time', $$UPDATE retention.personal_column SET keep_for = '1 year', required_by_law = true WHERE relation = 'app.orders'::regclass$$),
    ('a personal column of held rows is anonymised otherwise', $$UPDATE retention.personal_column SET anonymise = 'constant', constant = 'x' WHERE relation = 'app.orders'::regclass$$),
    ('a personal column without held rows is declared no more', $$DELETE FROM retention.personal_column WHERE relation = 'app.logs'::regclass$$),
    ('a declaration goes of what is personal by its type', $$INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.orders', 'typed', 'name'); DELETE FROM retention.personal_column WHERE column_name = 'typed'$$),
    ('a type goes of what is declared personal', $$INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.orders', 'typed', 'name'); ALTER TABLE app.orders ALTER typed TYPE text$$),
    ('types are released', $$SELECT retention.release_types()$$),
    ('one more column identifies persons', $$UPDATE retention.subject_kind SET identifying = '{nid,email}' WHERE kind = 'user'$$),
    ('a kind is written as it is', $$UPDATE retention.subject_kind SET identifying = identifying, scope = scope, placeholders = placeholders, applies_to = applies_to$$),
    ('a new kind comes', $$INSERT INTO retention.subject_kind (kind, relation, placeholders) VALUES ('log', 'app.logs', '{n/a}')$$),
    ('a new link comes', $$INSERT INTO retention.subject_link (kind, relation, path) VALUES ('user', 'app.accounts', 'user_id')$$);
SELECT is(pg_temp.tried(statement), 'passes', format('without a hold %s', act)) FROM harmless ORDER BY number;

CREATE FUNCTION pg_temp.place(hold text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CASE hold
        WHEN 'person' THEN PERFORM retention.place_hold('a claim', 'its reason', '17(3)(e)', 1, kind => 'user');
        WHEN 'member' THEN PERFORM retention.place_hold('a claim', 'its reason', '17(3)(e)', 1, kind => 'member');
        WHEN 'row' THEN PERFORM retention.place_hold('a claim', 'its reason', '17(3)(e)', 1, relation => 'app.payments'), retention.place_hold('a claim', 'its reason', '17(3)(e)', 1, relation => 'app.orders');
        WHEN 'condition' THEN PERFORM retention.place_hold('a claim', 'its reason', '17(3)(e)', relation => 'app.payments', condition => 'class = ''plain'' AND amount < ''9''');
        WHEN 'policy' THEN PERFORM retention.place_hold('a claim', 'its reason', '17(3)(e)', policy => 'orders');
        WHEN 'table' THEN PERFORM retention.place_hold('a claim', 'its reason', '17(3)(e)', relation => 'app.orders');
    END CASE;
END$$;
SELECT is(pg_temp.tried(format('SELECT pg_temp.place(%L); %s', hold, statement)), 'RT003', format('a hold refuses that %s', act)) FROM attempt ORDER BY number;
SELECT pg_temp.place('person'), pg_temp.place('condition');
SELECT is(pg_temp.tried(statement), 'passes', format('under holds %s', act)) FROM harmless ORDER BY number;

-- Holds follow names.
ALTER TABLE app.orders RENAME user_id TO buyer;
SELECT throws_ok('UPDATE app.orders SET buyer = 2 WHERE id = 1', 'RT003', NULL, 'a row still leads to its person by a column that was renamed');
UPDATE retention.subject_kind SET kind = 'account' WHERE kind = 'user';
SELECT throws_ok('UPDATE app.orders SET buyer = 2 WHERE id = 1', 'RT003', NULL, 'a row still leads to a person of a kind that was renamed');
INSERT INTO app.orders (id, buyer) VALUES (11, 1);
SELECT throws_ok('DELETE FROM app.orders WHERE id = 11', 'RT003', NULL, 'a later row about a person of a kind that was renamed is held');
SELECT * FROM finish();
ROLLBACK;
