-- What the clients work on: a table for each personal type. A client needs no cast for what it does on text.
CREATE EXTENSION pg_retention;
CREATE TABLE person_name (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v retention.person_name('1 year') UNIQUE);
CREATE TABLE username (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v retention.username('1 year', 'random token') UNIQUE);
CREATE TABLE email (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v retention.email UNIQUE);
CREATE TABLE phone (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v retention.phone('1 year') UNIQUE);
CREATE TABLE postal_address (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v retention.postal_address UNIQUE);
CREATE TABLE national_id (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v retention.national_id UNIQUE);
CREATE TABLE free_text (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v retention.free_text('3 years', 'redact') UNIQUE);
CREATE TABLE personal_text (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v retention.personal_text UNIQUE);
CREATE TABLE domains (id int PRIMARY KEY, born retention.birth_date, ip retention.ip_address, place retention.geo_point);
