"""psycopg2: values in the statement, tuples, lists, and prepared statements."""
import sys

import psycopg2

TYPES = "person_name username email phone postal_address national_id free_text personal_text".split()
number = failed = 0


def check(what, have, want):
    global number, failed
    number += 1
    if have == want:
        print(f"ok {number} - psycopg2 {what}")
    else:
        failed = 1
        print(f"not ok {number} - psycopg2 {what}\n# have: {have!r}\n# want: {want!r}")


def run(cursor, statement, *values):
    try:
        cursor.execute(statement, values)
        return [row[0] for row in cursor.fetchall()]
    except psycopg2.Error as error:
        return str(error)


connection = psycopg2.connect("")
connection.autocommit = True
with connection.cursor() as cursor:
    for table in TYPES:
        check(f"{table}: insert", run(cursor, f"INSERT INTO {table} (v) VALUES (%s) RETURNING v", "Kari Ås"), ["Kari Ås"])
        check(f"{table}: equality", run(cursor, f"SELECT v FROM {table} WHERE v = %s", "Kari Ås"), ["Kari Ås"])
        check(f"{table}: LIKE", run(cursor, f"SELECT v FROM {table} WHERE v LIKE %s", "Kari%"), ["Kari Ås"])
        check(f"{table}: IN", run(cursor, f"SELECT v FROM {table} WHERE v IN %s", ("x", "Kari Ås")), ["Kari Ås"])
        check(f"{table}: ANY", run(cursor, f"SELECT v FROM {table} WHERE v = ANY (%s)", ["x", "Kari Ås"]), ["Kari Ås"])
        check(f"{table}: update", run(cursor, f"UPDATE {table} SET v = %s WHERE v = %s RETURNING v", "Ola Øy", "Kari Ås"), ["Ola Øy"])
        check(f"{table}: null", run(cursor, f"UPDATE {table} SET v = %s WHERE v = %s RETURNING v", None, "Ola Øy"), [None])
        check(f"{table}: delete", run(cursor, f"DELETE FROM {table} WHERE coalesce(v, %s) = %s RETURNING v", "x", "x"), [None])
        for way in ("varchar", "text", "unknown"):
            for name, statement in (
                ("insert", f"INSERT INTO {table} (v) VALUES ($1) RETURNING v"),
                ("equality", f"SELECT v FROM {table} WHERE v = $1"),
                ("LIKE", f"SELECT v FROM {table} WHERE v LIKE $1"),
                ("update", f"UPDATE {table} SET v = $1 WHERE v = $1 RETURNING v"),
                ("delete", f"DELETE FROM {table} WHERE v = $1 RETURNING v"),
            ):
                cursor.execute(f"PREPARE q ({way}) AS {statement}")
                check(f"{table} {way}: {name}", run(cursor, "EXECUTE q (%s)", "Kari Ås"), ["Kari Ås"])
                cursor.execute("DEALLOCATE q")
connection.close()
sys.exit(failed)
