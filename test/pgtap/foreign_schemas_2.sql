-- Schemas of other people: without foreign keys, with readers and watchers, with links that go with either party, with names as keys. As foreign_schemas.sql.
BEGIN;
SELECT plan(4);
SET client_min_messages = error;
\ir ../schemas/oracle.psql

\ir ../schemas/comments.psql
SELECT x.erase_all();
SELECT is(x.found(), NULL, 'erasing where references have a type and no foreign key takes what is one person''s, and no more');
SELECT x.next();

\ir ../schemas/documents.psql
SELECT x.erase_all();
SELECT is(x.found(), NULL, 'erasing of owners and readers of documents takes what is one person''s, and no more');
SELECT x.next();

\ir ../schemas/bands.psql
SELECT x.erase_all();
SELECT is(x.found(), NULL, 'erasing where links between persons go with either takes what is one person''s, and no more');
SELECT x.next();

\ir ../schemas/names.psql
SELECT x.erase_all();
SELECT is(x.found(), NULL, 'erasing where names are keys takes what is one person''s, and names what stays');

SELECT * FROM finish();
ROLLBACK;
