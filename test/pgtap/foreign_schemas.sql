-- Schemas of other people, with an oracle that knows nothing of links and paths: what each row says, before and after each person is erased.
BEGIN;
SELECT plan(4);
SET client_min_messages = error;
\ir ../schemas/oracle.psql

\ir ../schemas/homes.psql
SELECT x.erase_all();
SELECT is(x.found(), NULL, 'erasing in homes, accounts and clubs takes what is one person''s, and no more');
SELECT x.next();

\ir ../schemas/tenants.psql
SELECT x.erase_all();
SELECT is(x.found(), NULL, 'erasing in one tenant takes what is one person''s there, and no more');
SELECT x.next();

\ir ../schemas/partitions.psql
SELECT x.erase_all();
SELECT is(x.found(), NULL, 'erasing in partitions and child tables takes what is one person''s, and no more');
SELECT x.next();

\ir ../schemas/partners.psql
SELECT x.erase_all();
SELECT is(x.found(), NULL, 'erasing of users who are partners, too, takes what is one person''s, and no more');

SELECT * FROM finish();
ROLLBACK;
