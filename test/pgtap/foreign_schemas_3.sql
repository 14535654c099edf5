-- Schemas of other people: one human in four tables beside companies, tenants without primary keys, triggers, partitions and trees. As foreign_schemas.sql.
BEGIN;
SELECT plan(3);
SET client_min_messages = error;
\ir ../schemas/oracle.psql

\ir ../schemas/pairs.psql
SELECT x.erase_all();
SELECT is(x.found(), NULL, 'erasing of one human in four tables beside companies takes what is one person''s, and no more');
SELECT x.next();

\ir ../schemas/numbering.psql
SELECT x.erase_all();
SELECT is(x.found(), NULL, 'erasing where tenants number their own and nothing has a primary key takes what is one person''s, and no more');
SELECT x.next();

\ir ../schemas/history.psql
SELECT x.erase_all();
SELECT is(x.found(), NULL, 'erasing where triggers keep histories takes what is one person''s, and no more');

SELECT * FROM finish();
ROLLBACK;
