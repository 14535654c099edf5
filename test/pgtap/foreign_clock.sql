-- Whose numbers a clock holds is not for the owner of its table to say, with rows or without.
BEGIN;
SELECT plan(1);
CREATE ROLE carrier;
CREATE SCHEMA carried AUTHORIZATION carrier;
SET ROLE carrier;
CREATE TABLE carried.users (id int, retention_clock retention.clock(5) NOT NULL DEFAULT 'none');
SELECT throws_ok('ALTER TABLE carried.users ALTER retention_clock TYPE retention.clock(7)', '42501', NULL, 'the type of a clock says whose numbers it holds');
SELECT * FROM finish();
ROLLBACK;
