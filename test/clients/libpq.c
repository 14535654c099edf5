/* libpq: parameters of each type, as text and in binary. */
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

static int n = 0, failed = 0;
static PGconn *connection;

/* One row with one value. */
static void is(const char *what, const char *sql, int count, const char *const *values, Oid oid, int format, const char *want)
{
	Oid types[2] = {oid, oid};
	int lengths[2] = {0, 0}, formats[2] = {format, format};
	PGresult *result;
	const char *have;

	for (int i = 0; i < count; i++)
		lengths[i] = (int) strlen(values[i]);
	result = PQexecParams(connection, sql, count, types, values, lengths, formats, format);
	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		have = PQresultErrorMessage(result);
	else
		have = PQntuples(result) == 1 ? PQgetvalue(result, 0, 0) : "not one row";
	n++;
	if (strcmp(have, want) == 0)
		printf("ok %d - libpq %s\n", n, what);
	else
	{
		printf("not ok %d - libpq %s\n# %s\n# have: %s\n# want: %s\n", n, what, sql, have, want);
		failed = 1;
	}
	PQclear(result);
}

struct step
{
	const char *name, *sql;
	int count;
	const char *values[2], *want;
};

static const struct step steps[] = {
	{"insert", "INSERT INTO %s (v) VALUES ($1) RETURNING v", 1, {"Kari Ås"}, "Kari Ås"},
	{"equality", "SELECT v FROM %s WHERE v = $1", 1, {"Kari Ås"}, "Kari Ås"},
	{"LIKE", "SELECT v FROM %s WHERE v LIKE $1", 1, {"Kari%"}, "Kari Ås"},
	{"IN", "SELECT v FROM %s WHERE v IN ($1, $2)", 2, {"x", "Kari Ås"}, "Kari Ås"},
	{"update", "UPDATE %s SET v = $1 WHERE v = $2 RETURNING v", 2, {"Ola Øy", "Kari Ås"}, "Ola Øy"},
	{"delete", "DELETE FROM %s WHERE v = $1 RETURNING v", 1, {"Ola Øy"}, "Ola Øy"},
};

static void steps_on(const char *type, const char *way, Oid oid, int format)
{
	char what[100], sql[200];

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
	{
		snprintf(sql, sizeof sql, steps[i].sql, type);
		snprintf(what, sizeof what, "%s %s%s: %s", type, way, format ? " binary" : "", steps[i].name);
		is(what, sql, steps[i].count, steps[i].values, oid, format, steps[i].want);
	}
}

int main(void)
{
	static const char *const types[] = {"person_name", "username", "email", "phone", "postal_address", "national_id", "free_text", "personal_text"};

	connection = PQconnectdb("");
	if (PQstatus(connection) != CONNECTION_OK)
	{
		fprintf(stderr, "%s", PQerrorMessage(connection));
		return 1;
	}
	for (size_t t = 0; t < sizeof types / sizeof *types; t++)
		for (int format = 0; format < 2; format++)
		{
			steps_on(types[t], "varchar", 1043, format);
			steps_on(types[t], "text", 25, format);
			steps_on(types[t], "unknown", 0, format);
		}
	PQfinish(connection);
	return failed;
}
