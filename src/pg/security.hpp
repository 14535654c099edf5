#pragma once
// Acting as a table's owner. Plain structs: PostgreSQL restores user and settings itself when an error passes.
#include "pg/postgres.hpp"

namespace pg_retention {

struct ActingAs {
    Oid user;
    int context;
    int nest_level;
};

// From here until leave(): the owner's rights, security-restricted, search_path pinned.
// beyond_rls: the owner's own forced row security is passed over, as PostgreSQL's foreign keys do.
ActingAs act_as(Oid owner, bool beyond_rls);
// The same for a command that restricts itself what it runs: within the restriction it could not make its temporary tables.
ActingAs act_as_for_command(Oid owner);
void leave(const ActingAs &saved);
// Until leave(): plans go by an index that has the order, whatever the statistics say.
void prefer_index_order();

struct SecurityContext {
    Oid user;
    int flags;
};

// Around the extension's own statements, where one acts beyond row security: raises the server's flag for that.
SecurityContext begin_beyond_rls();

// The server's flag is raised by its foreign keys and above, for one statement. What runs inside that statement is its own author's,
// and is planned and executed without the flag.
SecurityContext lower_flag();

// Ends either; after an error the server does it.
void restore(const SecurityContext &before);

// The extension's own text means what it says whoever is the caller: names without a schema, operators too, are the server's. 0: the path
// was pinned already.
int pin_search_path();
void unpin_search_path(int nest_level);

Oid owner_of(Oid relid);

// Whether row security decides which rows of the table whoever acts now may see.
bool is_bound_by_row_security(Oid relid);

}  // namespace pg_retention
