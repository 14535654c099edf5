-- Types that say what is personal. To the server each is text under another name: stored as text, read and written by text's own
-- functions, and turned into text or varchar by nothing but the name, so that queries, indexes and clients notice nothing.
-- There is no cast that looks at the modifier, and so no modifier changes a value, and no change of one rewrites a table.

CREATE FUNCTION retention.type_modifier_in(cstring[]) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_type_modifier_in';
COMMENT ON FUNCTION retention.type_modifier_in(cstring[]) IS 'I/O typmod';
CREATE FUNCTION retention.type_modifier_out(integer) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_type_modifier_out';
COMMENT ON FUNCTION retention.type_modifier_out(integer) IS 'I/O typmod';

CREATE TYPE retention.person_name;
CREATE TYPE retention.username;
CREATE TYPE retention.email;
CREATE TYPE retention.phone;
CREATE TYPE retention.postal_address;
CREATE TYPE retention.national_id;
CREATE TYPE retention.free_text;
CREATE TYPE retention.personal_text;

CREATE FUNCTION retention.person_name_in(cstring) RETURNS retention.person_name LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION retention.person_name_out(retention.person_name) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE FUNCTION retention.person_name_recv(internal) RETURNS retention.person_name LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textrecv';
CREATE FUNCTION retention.person_name_send(retention.person_name) RETURNS bytea LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textsend';
COMMENT ON FUNCTION retention.person_name_in(cstring) IS 'I/O';
COMMENT ON FUNCTION retention.person_name_out(retention.person_name) IS 'I/O';
COMMENT ON FUNCTION retention.person_name_recv(internal) IS 'I/O';
COMMENT ON FUNCTION retention.person_name_send(retention.person_name) IS 'I/O';
CREATE TYPE retention.person_name (
    INPUT = retention.person_name_in, OUTPUT = retention.person_name_out, RECEIVE = retention.person_name_recv, SEND = retention.person_name_send,
    TYPMOD_IN = retention.type_modifier_in, TYPMOD_OUT = retention.type_modifier_out,
    LIKE = text, CATEGORY = 'S', COLLATABLE = true
);
COMMENT ON TYPE retention.person_name IS 'the name of a person';
CREATE CAST (retention.person_name AS text) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.person_name AS varchar) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (text AS retention.person_name) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (varchar AS retention.person_name) WITHOUT FUNCTION AS ASSIGNMENT;

CREATE FUNCTION retention.username_in(cstring) RETURNS retention.username LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION retention.username_out(retention.username) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE FUNCTION retention.username_recv(internal) RETURNS retention.username LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textrecv';
CREATE FUNCTION retention.username_send(retention.username) RETURNS bytea LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textsend';
COMMENT ON FUNCTION retention.username_in(cstring) IS 'I/O';
COMMENT ON FUNCTION retention.username_out(retention.username) IS 'I/O';
COMMENT ON FUNCTION retention.username_recv(internal) IS 'I/O';
COMMENT ON FUNCTION retention.username_send(retention.username) IS 'I/O';
CREATE TYPE retention.username (
    INPUT = retention.username_in, OUTPUT = retention.username_out, RECEIVE = retention.username_recv, SEND = retention.username_send,
    TYPMOD_IN = retention.type_modifier_in, TYPMOD_OUT = retention.type_modifier_out,
    LIKE = text, CATEGORY = 'S', COLLATABLE = true
);
COMMENT ON TYPE retention.username IS 'a name that a person is known by to a system';
CREATE CAST (retention.username AS text) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.username AS varchar) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (text AS retention.username) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (varchar AS retention.username) WITHOUT FUNCTION AS ASSIGNMENT;

CREATE FUNCTION retention.email_in(cstring) RETURNS retention.email LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION retention.email_out(retention.email) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE FUNCTION retention.email_recv(internal) RETURNS retention.email LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textrecv';
CREATE FUNCTION retention.email_send(retention.email) RETURNS bytea LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textsend';
COMMENT ON FUNCTION retention.email_in(cstring) IS 'I/O';
COMMENT ON FUNCTION retention.email_out(retention.email) IS 'I/O';
COMMENT ON FUNCTION retention.email_recv(internal) IS 'I/O';
COMMENT ON FUNCTION retention.email_send(retention.email) IS 'I/O';
CREATE TYPE retention.email (
    INPUT = retention.email_in, OUTPUT = retention.email_out, RECEIVE = retention.email_recv, SEND = retention.email_send,
    TYPMOD_IN = retention.type_modifier_in, TYPMOD_OUT = retention.type_modifier_out,
    LIKE = text, CATEGORY = 'S', COLLATABLE = true
);
COMMENT ON TYPE retention.email IS 'an e-mail address';
CREATE CAST (retention.email AS text) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.email AS varchar) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (text AS retention.email) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (varchar AS retention.email) WITHOUT FUNCTION AS ASSIGNMENT;

CREATE FUNCTION retention.phone_in(cstring) RETURNS retention.phone LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION retention.phone_out(retention.phone) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE FUNCTION retention.phone_recv(internal) RETURNS retention.phone LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textrecv';
CREATE FUNCTION retention.phone_send(retention.phone) RETURNS bytea LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textsend';
COMMENT ON FUNCTION retention.phone_in(cstring) IS 'I/O';
COMMENT ON FUNCTION retention.phone_out(retention.phone) IS 'I/O';
COMMENT ON FUNCTION retention.phone_recv(internal) IS 'I/O';
COMMENT ON FUNCTION retention.phone_send(retention.phone) IS 'I/O';
CREATE TYPE retention.phone (
    INPUT = retention.phone_in, OUTPUT = retention.phone_out, RECEIVE = retention.phone_recv, SEND = retention.phone_send,
    TYPMOD_IN = retention.type_modifier_in, TYPMOD_OUT = retention.type_modifier_out,
    LIKE = text, CATEGORY = 'S', COLLATABLE = true
);
COMMENT ON TYPE retention.phone IS 'a telephone number';
CREATE CAST (retention.phone AS text) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.phone AS varchar) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (text AS retention.phone) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (varchar AS retention.phone) WITHOUT FUNCTION AS ASSIGNMENT;

CREATE FUNCTION retention.postal_address_in(cstring) RETURNS retention.postal_address LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION retention.postal_address_out(retention.postal_address) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE FUNCTION retention.postal_address_recv(internal) RETURNS retention.postal_address LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textrecv';
CREATE FUNCTION retention.postal_address_send(retention.postal_address) RETURNS bytea LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textsend';
COMMENT ON FUNCTION retention.postal_address_in(cstring) IS 'I/O';
COMMENT ON FUNCTION retention.postal_address_out(retention.postal_address) IS 'I/O';
COMMENT ON FUNCTION retention.postal_address_recv(internal) IS 'I/O';
COMMENT ON FUNCTION retention.postal_address_send(retention.postal_address) IS 'I/O';
CREATE TYPE retention.postal_address (
    INPUT = retention.postal_address_in, OUTPUT = retention.postal_address_out, RECEIVE = retention.postal_address_recv, SEND = retention.postal_address_send,
    TYPMOD_IN = retention.type_modifier_in, TYPMOD_OUT = retention.type_modifier_out,
    LIKE = text, CATEGORY = 'S', COLLATABLE = true
);
COMMENT ON TYPE retention.postal_address IS 'a postal address, or a line of one';
CREATE CAST (retention.postal_address AS text) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.postal_address AS varchar) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (text AS retention.postal_address) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (varchar AS retention.postal_address) WITHOUT FUNCTION AS ASSIGNMENT;

CREATE FUNCTION retention.national_id_in(cstring) RETURNS retention.national_id LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION retention.national_id_out(retention.national_id) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE FUNCTION retention.national_id_recv(internal) RETURNS retention.national_id LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textrecv';
CREATE FUNCTION retention.national_id_send(retention.national_id) RETURNS bytea LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textsend';
COMMENT ON FUNCTION retention.national_id_in(cstring) IS 'I/O';
COMMENT ON FUNCTION retention.national_id_out(retention.national_id) IS 'I/O';
COMMENT ON FUNCTION retention.national_id_recv(internal) IS 'I/O';
COMMENT ON FUNCTION retention.national_id_send(retention.national_id) IS 'I/O';
CREATE TYPE retention.national_id (
    INPUT = retention.national_id_in, OUTPUT = retention.national_id_out, RECEIVE = retention.national_id_recv, SEND = retention.national_id_send,
    TYPMOD_IN = retention.type_modifier_in, TYPMOD_OUT = retention.type_modifier_out,
    LIKE = text, CATEGORY = 'S', COLLATABLE = true
);
COMMENT ON TYPE retention.national_id IS 'a number that a state gives to a person';
CREATE CAST (retention.national_id AS text) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.national_id AS varchar) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (text AS retention.national_id) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (varchar AS retention.national_id) WITHOUT FUNCTION AS ASSIGNMENT;

CREATE FUNCTION retention.free_text_in(cstring) RETURNS retention.free_text LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION retention.free_text_out(retention.free_text) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE FUNCTION retention.free_text_recv(internal) RETURNS retention.free_text LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textrecv';
CREATE FUNCTION retention.free_text_send(retention.free_text) RETURNS bytea LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textsend';
COMMENT ON FUNCTION retention.free_text_in(cstring) IS 'I/O';
COMMENT ON FUNCTION retention.free_text_out(retention.free_text) IS 'I/O';
COMMENT ON FUNCTION retention.free_text_recv(internal) IS 'I/O';
COMMENT ON FUNCTION retention.free_text_send(retention.free_text) IS 'I/O';
CREATE TYPE retention.free_text (
    INPUT = retention.free_text_in, OUTPUT = retention.free_text_out, RECEIVE = retention.free_text_recv, SEND = retention.free_text_send,
    TYPMOD_IN = retention.type_modifier_in, TYPMOD_OUT = retention.type_modifier_out,
    LIKE = text, CATEGORY = 'S', COLLATABLE = true
);
COMMENT ON TYPE retention.free_text IS 'text that may say anything about anybody';
CREATE CAST (retention.free_text AS text) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.free_text AS varchar) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (text AS retention.free_text) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (varchar AS retention.free_text) WITHOUT FUNCTION AS ASSIGNMENT;

CREATE FUNCTION retention.personal_text_in(cstring) RETURNS retention.personal_text LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION retention.personal_text_out(retention.personal_text) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE FUNCTION retention.personal_text_recv(internal) RETURNS retention.personal_text LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textrecv';
CREATE FUNCTION retention.personal_text_send(retention.personal_text) RETURNS bytea LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'textsend';
COMMENT ON FUNCTION retention.personal_text_in(cstring) IS 'I/O';
COMMENT ON FUNCTION retention.personal_text_out(retention.personal_text) IS 'I/O';
COMMENT ON FUNCTION retention.personal_text_recv(internal) IS 'I/O';
COMMENT ON FUNCTION retention.personal_text_send(retention.personal_text) IS 'I/O';
CREATE TYPE retention.personal_text (
    INPUT = retention.personal_text_in, OUTPUT = retention.personal_text_out, RECEIVE = retention.personal_text_recv, SEND = retention.personal_text_send,
    TYPMOD_IN = retention.type_modifier_in, TYPMOD_OUT = retention.type_modifier_out,
    LIKE = text, CATEGORY = 'S', COLLATABLE = true
);
COMMENT ON TYPE retention.personal_text IS 'any other text that is personal';
CREATE CAST (retention.personal_text AS text) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.personal_text AS varchar) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (text AS retention.personal_text) WITHOUT FUNCTION AS ASSIGNMENT;
CREATE CAST (varchar AS retention.personal_text) WITHOUT FUNCTION AS ASSIGNMENT;

-- What text takes beside a string: COALESCE and UNION with a column of type char or name, which lose their padding as they do
-- on their way to text.

CREATE FUNCTION retention.character_to_person_name(character) RETURNS retention.person_name LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'rtrim1';
COMMENT ON FUNCTION retention.character_to_person_name(character) IS 'cast';
CREATE FUNCTION retention.name_to_person_name(name) RETURNS retention.person_name LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'name_text';
COMMENT ON FUNCTION retention.name_to_person_name(name) IS 'cast';
CREATE CAST (character AS retention.person_name) WITH FUNCTION retention.character_to_person_name(character) AS IMPLICIT;
CREATE CAST (name AS retention.person_name) WITH FUNCTION retention.name_to_person_name(name) AS IMPLICIT;

CREATE FUNCTION retention.character_to_username(character) RETURNS retention.username LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'rtrim1';
COMMENT ON FUNCTION retention.character_to_username(character) IS 'cast';
CREATE FUNCTION retention.name_to_username(name) RETURNS retention.username LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'name_text';
COMMENT ON FUNCTION retention.name_to_username(name) IS 'cast';
CREATE CAST (character AS retention.username) WITH FUNCTION retention.character_to_username(character) AS IMPLICIT;
CREATE CAST (name AS retention.username) WITH FUNCTION retention.name_to_username(name) AS IMPLICIT;

CREATE FUNCTION retention.character_to_email(character) RETURNS retention.email LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'rtrim1';
COMMENT ON FUNCTION retention.character_to_email(character) IS 'cast';
CREATE FUNCTION retention.name_to_email(name) RETURNS retention.email LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'name_text';
COMMENT ON FUNCTION retention.name_to_email(name) IS 'cast';
CREATE CAST (character AS retention.email) WITH FUNCTION retention.character_to_email(character) AS IMPLICIT;
CREATE CAST (name AS retention.email) WITH FUNCTION retention.name_to_email(name) AS IMPLICIT;

CREATE FUNCTION retention.character_to_phone(character) RETURNS retention.phone LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'rtrim1';
COMMENT ON FUNCTION retention.character_to_phone(character) IS 'cast';
CREATE FUNCTION retention.name_to_phone(name) RETURNS retention.phone LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'name_text';
COMMENT ON FUNCTION retention.name_to_phone(name) IS 'cast';
CREATE CAST (character AS retention.phone) WITH FUNCTION retention.character_to_phone(character) AS IMPLICIT;
CREATE CAST (name AS retention.phone) WITH FUNCTION retention.name_to_phone(name) AS IMPLICIT;

CREATE FUNCTION retention.character_to_postal_address(character) RETURNS retention.postal_address LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'rtrim1';
COMMENT ON FUNCTION retention.character_to_postal_address(character) IS 'cast';
CREATE FUNCTION retention.name_to_postal_address(name) RETURNS retention.postal_address LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'name_text';
COMMENT ON FUNCTION retention.name_to_postal_address(name) IS 'cast';
CREATE CAST (character AS retention.postal_address) WITH FUNCTION retention.character_to_postal_address(character) AS IMPLICIT;
CREATE CAST (name AS retention.postal_address) WITH FUNCTION retention.name_to_postal_address(name) AS IMPLICIT;

CREATE FUNCTION retention.character_to_national_id(character) RETURNS retention.national_id LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'rtrim1';
COMMENT ON FUNCTION retention.character_to_national_id(character) IS 'cast';
CREATE FUNCTION retention.name_to_national_id(name) RETURNS retention.national_id LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'name_text';
COMMENT ON FUNCTION retention.name_to_national_id(name) IS 'cast';
CREATE CAST (character AS retention.national_id) WITH FUNCTION retention.character_to_national_id(character) AS IMPLICIT;
CREATE CAST (name AS retention.national_id) WITH FUNCTION retention.name_to_national_id(name) AS IMPLICIT;

CREATE FUNCTION retention.character_to_free_text(character) RETURNS retention.free_text LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'rtrim1';
COMMENT ON FUNCTION retention.character_to_free_text(character) IS 'cast';
CREATE FUNCTION retention.name_to_free_text(name) RETURNS retention.free_text LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'name_text';
COMMENT ON FUNCTION retention.name_to_free_text(name) IS 'cast';
CREATE CAST (character AS retention.free_text) WITH FUNCTION retention.character_to_free_text(character) AS IMPLICIT;
CREATE CAST (name AS retention.free_text) WITH FUNCTION retention.name_to_free_text(name) AS IMPLICIT;

CREATE FUNCTION retention.character_to_personal_text(character) RETURNS retention.personal_text LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'rtrim1';
COMMENT ON FUNCTION retention.character_to_personal_text(character) IS 'cast';
CREATE FUNCTION retention.name_to_personal_text(name) RETURNS retention.personal_text LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'name_text';
COMMENT ON FUNCTION retention.name_to_personal_text(name) IS 'cast';
CREATE CAST (character AS retention.personal_text) WITH FUNCTION retention.character_to_personal_text(character) AS IMPLICIT;
CREATE CAST (name AS retention.personal_text) WITH FUNCTION retention.name_to_personal_text(name) AS IMPLICIT;

-- Among themselves, in all directions: COALESCE and CASE of a username and an e-mail address, and UNION of names and
-- telephone numbers, were text beside text before. The first one's type wins.

CREATE CAST (retention.person_name AS retention.username) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.person_name AS retention.email) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.person_name AS retention.phone) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.person_name AS retention.postal_address) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.person_name AS retention.national_id) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.person_name AS retention.free_text) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.person_name AS retention.personal_text) WITHOUT FUNCTION AS IMPLICIT;

CREATE CAST (retention.username AS retention.person_name) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.username AS retention.email) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.username AS retention.phone) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.username AS retention.postal_address) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.username AS retention.national_id) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.username AS retention.free_text) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.username AS retention.personal_text) WITHOUT FUNCTION AS IMPLICIT;

CREATE CAST (retention.email AS retention.person_name) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.email AS retention.username) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.email AS retention.phone) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.email AS retention.postal_address) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.email AS retention.national_id) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.email AS retention.free_text) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.email AS retention.personal_text) WITHOUT FUNCTION AS IMPLICIT;

CREATE CAST (retention.phone AS retention.person_name) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.phone AS retention.username) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.phone AS retention.email) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.phone AS retention.postal_address) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.phone AS retention.national_id) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.phone AS retention.free_text) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.phone AS retention.personal_text) WITHOUT FUNCTION AS IMPLICIT;

CREATE CAST (retention.postal_address AS retention.person_name) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.postal_address AS retention.username) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.postal_address AS retention.email) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.postal_address AS retention.phone) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.postal_address AS retention.national_id) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.postal_address AS retention.free_text) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.postal_address AS retention.personal_text) WITHOUT FUNCTION AS IMPLICIT;

CREATE CAST (retention.national_id AS retention.person_name) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.national_id AS retention.username) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.national_id AS retention.email) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.national_id AS retention.phone) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.national_id AS retention.postal_address) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.national_id AS retention.free_text) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.national_id AS retention.personal_text) WITHOUT FUNCTION AS IMPLICIT;

CREATE CAST (retention.free_text AS retention.person_name) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.free_text AS retention.username) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.free_text AS retention.email) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.free_text AS retention.phone) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.free_text AS retention.postal_address) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.free_text AS retention.national_id) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.free_text AS retention.personal_text) WITHOUT FUNCTION AS IMPLICIT;

CREATE CAST (retention.personal_text AS retention.person_name) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.personal_text AS retention.username) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.personal_text AS retention.email) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.personal_text AS retention.phone) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.personal_text AS retention.postal_address) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.personal_text AS retention.national_id) WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (retention.personal_text AS retention.free_text) WITHOUT FUNCTION AS IMPLICIT;

-- Drivers and operators know these by their base type. A domain has no modifier: its period stands in
-- retention.personal_column.
CREATE DOMAIN retention.birth_date AS date;
COMMENT ON DOMAIN retention.birth_date IS 'the date on which a person was born';
CREATE DOMAIN retention.ip_address AS inet;
COMMENT ON DOMAIN retention.ip_address IS 'an address by which a person was connected';
CREATE DOMAIN retention.geo_point AS point;
COMMENT ON DOMAIN retention.geo_point IS 'a place where a person was or lives';

CREATE FUNCTION retention.modifier_period(modifier integer) RETURNS retention.period
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_modifier_period';
COMMENT ON FUNCTION retention.modifier_period(integer) IS 'of a personal type: how long the column is kept when its row lives on; NULL: as long as the row';
CREATE FUNCTION retention.modifier_anonymiser(modifier integer) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_modifier_anonymiser';
COMMENT ON FUNCTION retention.modifier_anonymiser(integer) IS 'of a personal type: what becomes of the column; NULL: not said';
