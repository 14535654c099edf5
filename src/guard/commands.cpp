#include "guard/commands.hpp"

#include "schema/extension.hpp"
#include "pg/compat.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "catalog/pg_am.h"
#include "catalog/pg_language.h"
#include "catalog/pg_type.h"
}

namespace pg_retention {

namespace {

using enum Verdict;

struct Judged {
    int number;  // of the node tag or form; kAbsent where this version has none
    Verdict verdict;
    const char *why;  // for the docs
};

// Lines that scripts/commands reads.
// clang-format off
// Every *Stmt of nodes/parsenodes.h. One entry a line: scripts/commands reads them.
constexpr Judged kStatements[] = {
    {T_RawStmt, kQuery, ""},
    {T_InsertStmt, kQuery, ""},
    {T_DeleteStmt, kQuery, ""},
    {T_UpdateStmt, kQuery, ""},
    {T_MergeStmt, kQuery, ""},
    {T_SelectStmt, kQuery, ""},
    {T_SetOperationStmt, kQuery, ""},
    {T_ReturnStmt, kQuery, ""},
    {T_PLAssignStmt, kQuery, ""},
    {T_ReplicaIdentityStmt, kQuery, "part of ALTER TABLE"},

    {T_TransactionStmt, kEveryday, ""},
    {T_PrepareStmt, kEveryday, ""},
    {T_ExecuteStmt, kEveryday, ""},
    {T_DeallocateStmt, kEveryday, ""},
    {T_DeclareCursorStmt, kEveryday, ""},
    {T_FetchStmt, kEveryday, ""},
    {T_ClosePortalStmt, kEveryday, ""},
    {T_VariableSetStmt, kGuarded, "SET TRANSACTION, for what copies a database under a shared snapshot gets whole tables or an error; what would set back what a session is for takes the right to; the others as everyday"},
    {T_VariableShowStmt, kEveryday, ""},

    {T_AlterTableStmt, kRefused, "by form, below"},
    {T_AlterDomainStmt, kRefused, "adding or validating a constraint and SET NOT NULL, over each table with a column of the domain"},
    {T_IndexStmt, kRefused, "by form, below"},
    {T_CreateStmt, kRefused, "a partition below a key with an expression, whose default partition holds hidden rows"},
    {T_CreateForeignTableStmt, kRefused, "as CREATE TABLE"},
    {T_VacuumStmt, kEvaluates, "ANALYZE leaves out what it cannot evaluate so, or passes the table over, with a warning"},
    {T_ReindexStmt, kEvaluates, "refused where an index that is not valid would tell as it is built"},
    {T_ClusterStmt, kEvaluates, "as REINDEX"},
    {T_RepackStmt, kEvaluates, "CLUSTER and VACUUM FULL"},
    {T_CreateStatsStmt, kRefused, "over an expression: each ANALYZE would tell whether it fails"},

    {T_CopyStmt, kGuarded, "becomes a COPY of a query; rows with clocks are not copied into a table that has rows and no key"},
    {T_ExplainStmt, kGuarded, "ANALYZE is refused on governed tables"},
    {T_RefreshMatViewStmt, kGuarded, "holds what is visible"},
    {T_ConstraintsSetStmt, kGuarded, "error details that show a row are taken away"},
    {T_TruncateStmt, kGuarded, "over hidden rows it takes confirm_drop; refused to all while a floor, a hold or a restriction keeps one"},
    {T_DropStmt, kGuarded, "of tables as TRUNCATE, of columns and keys as ALTER TABLE; refused for what policies need"},
    {T_DropOwnedStmt, kGuarded, "as DROP"},
    {T_RenameStmt, kGuarded, "policies follow; what rows are hidden with is not renamed"},
    {T_AlterObjectSchemaStmt, kGuarded, "policies follow; what rows are hidden with is not moved"},
    {T_CreateFunctionStmt, kGuarded, "the extension's own are not replaced; conditions of policies call what they called, or the owner of the table says otherwise"},
    {T_CreateTrigStmt, kGuarded, "the extension's triggers keep their place"},

    {T_CreateTableAsStmt, kGuarded, "its query is planned; a copy of a whole table with its clocks is refused while rows of it are hidden"},
    {T_ViewStmt, kPasses, "its query is planned where the view is used"},
    {T_RuleStmt, kGuarded, "its actions are planned where they are used; one on a table of the extension is in the ledger"},
    {T_CallStmt, kPasses, "what it runs is planned"},
    {T_DoStmt, kPasses, "what it runs is planned"},
    {T_LockStmt, kPasses, ""},
    {T_CreateSchemaStmt, kPasses, "each statement in it comes by itself"},
    {T_ImportForeignSchemaStmt, kPasses, "each statement it makes comes by itself"},
    {T_CreateExtensionStmt, kPasses, "each statement of its script comes by itself"},
    {T_AlterExtensionStmt, kPasses, "each statement of its script comes by itself"},
    {T_AlterExtensionContentsStmt, kGuarded, "what pg_retention is made of stays"},
    {T_AlterTableMoveAllStmt, kPasses, "files are copied, no row is read"},
    {T_CreatePublicationStmt, kPasses, "conditions are evaluated by walsenders: see the oracle logical-decoding"},
    {T_AlterPublicationStmt, kPasses, "conditions are evaluated by walsenders: see the oracle logical-decoding"},
    {T_CreateSubscriptionStmt, kPasses, ""},
    {T_AlterSubscriptionStmt, kPasses, ""},
    {T_DropSubscriptionStmt, kPasses, ""},
    {T_CreatePolicyStmt, kPasses, "evaluated behind the condition"},
    {T_AlterPolicyStmt, kPasses, "evaluated behind the condition"},
    {T_CreateDomainStmt, kPasses, "no column has it yet"},
    {T_AlterTypeStmt, kPasses, "options of a base type; not of the extension's own"},
    {T_AlterEnumStmt, kGuarded, "a value that a condition of a policy names is not renamed, nor one that a protected column may hold while a row must be kept"},
    {T_CompositeTypeStmt, kPasses, ""},
    {T_CreateEnumStmt, kPasses, ""},
    {T_CreateRangeStmt, kPasses, ""},
    {T_DefineStmt, kPasses, ""},
    {T_AlterFunctionStmt, kPasses, "of the extension's own the server tells, and it is refused"},
    {T_AlterOperatorStmt, kPasses, "of the extension's own the server tells, and it is refused"},
    {T_AlterObjectDependsStmt, kGuarded, "the extension's triggers go with no other extension"},
    {T_AlterOwnerStmt, kPasses, "of the extension's own the server tells, and it is refused"},
    {T_AlterCollationStmt, kPasses, ""},
    {T_AlterStatsStmt, kPasses, "only how much ANALYZE gathers"},
    {T_AlterSeqStmt, kPasses, ""},
    {T_CreateSeqStmt, kPasses, ""},
    {T_CreateOpClassStmt, kPasses, ""},
    {T_CreateOpFamilyStmt, kPasses, ""},
    {T_AlterOpFamilyStmt, kGuarded, "the extension's own are not altered"},
    {T_CreateCastStmt, kPasses, ""},
    {T_CreateConversionStmt, kPasses, ""},
    {T_CreateTransformStmt, kPasses, ""},
    {T_CreateAmStmt, kPasses, ""},
    {T_CreatePLangStmt, kPasses, ""},
    {T_CreateEventTrigStmt, kPasses, ""},
    {T_AlterEventTrigStmt, kPasses, "of the extension's own the server tells, and it is refused"},
    {T_AlterTSDictionaryStmt, kPasses, ""},
    {T_AlterTSConfigurationStmt, kPasses, ""},
    {T_CreateFdwStmt, kPasses, ""},
    {T_AlterFdwStmt, kPasses, ""},
    {T_CreateForeignServerStmt, kPasses, ""},
    {T_AlterForeignServerStmt, kPasses, ""},
    {T_CreateUserMappingStmt, kPasses, ""},
    {T_AlterUserMappingStmt, kPasses, ""},
    {T_DropUserMappingStmt, kPasses, ""},
    {T_CreateRoleStmt, kPasses, ""},
    {T_AlterRoleStmt, kPasses, ""},
    {T_AlterRoleSetStmt, kPasses, ""},
    {T_DropRoleStmt, kPasses, ""},
    {T_GrantStmt, kPasses, ""},
    {T_GrantRoleStmt, kPasses, ""},
    {T_AlterDefaultPrivilegesStmt, kPasses, ""},
    {T_ReassignOwnedStmt, kGuarded, "what the extension is made of may change hands with all that a role owns"},
    {T_CommentStmt, kPasses, ""},
    {T_SecLabelStmt, kPasses, ""},
    {T_NotifyStmt, kPasses, ""},
    {T_ListenStmt, kPasses, ""},
    {T_UnlistenStmt, kPasses, ""},
    {T_LoadStmt, kPasses, ""},
    {T_CheckPointStmt, kPasses, ""},
    {T_DiscardStmt, kPasses, "ALL, which would set back what a session is for, takes the right to"},
    {T_WaitStmt, kPasses, ""},
    {T_CreatedbStmt, kPasses, "a copy hides as its template does"},
    {T_AlterDatabaseStmt, kPasses, ""},
    {T_AlterDatabaseRefreshCollStmt, kPasses, ""},
    {T_AlterDatabaseSetStmt, kPasses, ""},
    {T_DropdbStmt, kPasses, ""},
    {T_AlterSystemStmt, kPasses, ""},
    {T_CreateTableSpaceStmt, kPasses, ""},
    {T_DropTableSpaceStmt, kPasses, ""},
    {T_AlterTableSpaceOptionsStmt, kPasses, ""},
};

// Functions of the server and of contrib that take a regclass; those that are refused by their C symbol, which no user can change.
constexpr Function kFunctions[] = {
    {"brin_summarize_new_values", kRefused, BRIN_AM_OID, false, "while an index of that kind evaluates something over hidden rows"},
    {"brin_summarize_range", kRefused, BRIN_AM_OID, false, "while an index of that kind evaluates something over hidden rows"},
    {"brin_desummarize_range", kRefused, BRIN_AM_OID, false, "while an index of that kind evaluates something over hidden rows"},
    {"gin_clean_pending_list", kRefused, GIN_AM_OID, false, "while an index of that kind evaluates something over hidden rows"},
    {"bt_index_check", kRefused, BTREE_AM_OID, true, "while an index of that kind evaluates something over hidden rows"},
    {"bt_index_parent_check", kRefused, BTREE_AM_OID, true, "while an index of that kind evaluates something over hidden rows"},
    {"gin_index_check", kRefused, GIN_AM_OID, true, "while an index of that kind evaluates something over hidden rows"},

    {"pg_relation_size", kPasses, InvalidOid, false, "size on disk"},
    {"pg_table_size", kPasses, InvalidOid, false, "size on disk"},
    {"pg_indexes_size", kPasses, InvalidOid, false, "size on disk"},
    {"pg_total_relation_size", kPasses, InvalidOid, false, "size on disk"},
    {"pg_relation_filenode", kPasses, InvalidOid, false, "catalogs only"},
    {"pg_relation_filepath", kPasses, InvalidOid, false, "catalogs only"},
    {"pg_relation_is_updatable", kPasses, InvalidOid, false, "catalogs only"},
    {"pg_column_is_updatable", kPasses, InvalidOid, false, "catalogs only"},
    {"pg_relation_is_publishable", kPasses, InvalidOid, false, "catalogs only"},
    {"pg_get_replica_identity_index", kPasses, InvalidOid, false, "catalogs only"},
    {"pg_index_has_property", kPasses, InvalidOid, false, "catalogs only"},
    {"pg_index_column_has_property", kPasses, InvalidOid, false, "catalogs only"},
    {"pg_partition_ancestors", kPasses, InvalidOid, false, "catalogs only"},
    {"pg_partition_root", kPasses, InvalidOid, false, "catalogs only"},
    {"pg_partition_tree", kPasses, InvalidOid, false, "catalogs only"},
    {"pg_nextoid", kPasses, InvalidOid, false, "catalogs only"},
    {"pg_extension_config_dump", kPasses, InvalidOid, false, "catalogs only"},
    {"regclassout", kPasses, InvalidOid, false, "catalogs only"},
    {"regclasssend", kPasses, InvalidOid, false, "catalogs only"},
    {"nextval", kPasses, InvalidOid, false, "sequences"},
    {"currval", kPasses, InvalidOid, false, "sequences"},
    {"setval", kPasses, InvalidOid, false, "sequences"},
    {"pg_sequence_last_value", kPasses, InvalidOid, false, "sequences"},
    {"pg_get_sequence_data", kPasses, InvalidOid, false, "sequences"},
    {"table_to_xml", kPasses, InvalidOid, false, "its query is planned"},
    {"table_to_xml_and_xmlschema", kPasses, InvalidOid, false, "its query is planned"},
    {"table_to_xmlschema", kPasses, InvalidOid, false, "its query is planned"},
    {"pgstattuple", kPasses, InvalidOid, false, "counts and places of rows: see the oracle counters"},
    {"pgstattuple_approx", kPasses, InvalidOid, false, "counts and places of rows: see the oracle counters"},
    {"pgstatindex", kPasses, InvalidOid, false, "counts and places of rows: see the oracle counters"},
    {"pgstatginindex", kPasses, InvalidOid, false, "counts and places of rows: see the oracle counters"},
    {"pgstathashindex", kPasses, InvalidOid, false, "counts and places of rows: see the oracle counters"},
    {"pg_relpages", kPasses, InvalidOid, false, "counts and places of rows: see the oracle counters"},
    {"pg_freespace", kPasses, InvalidOid, false, "counts and places of rows: see the oracle counters"},
    {"pg_visibility", kPasses, InvalidOid, false, "counts and places of rows: see the oracle counters"},
    {"pg_visibility_map", kPasses, InvalidOid, false, "counts and places of rows: see the oracle counters"},
    {"pg_visibility_map_summary", kPasses, InvalidOid, false, "counts and places of rows: see the oracle counters"},
    {"pg_check_frozen", kPasses, InvalidOid, false, "counts and places of rows: see the oracle counters"},
    {"pg_check_visible", kPasses, InvalidOid, false, "counts and places of rows: see the oracle counters"},
    {"pg_buffercache_evict_relation", kPasses, InvalidOid, false, "no row is read"},
    {"pg_buffercache_mark_dirty_relation", kPasses, InvalidOid, false, "no row is read"},
    {"pg_truncate_visibility_map", kPasses, InvalidOid, false, "no row is read"},
    {"pg_prewarm", kPasses, InvalidOid, false, "no row is read"},
    {"verify_heapam", kPasses, InvalidOid, false, "names damaged rows by their place, and no values"},
    {"pgrowlocks", kPasses, InvalidOid, false, "places of locked rows"},
    {"brin_page_items", kPasses, InvalidOid, false, "a superuser's: pages as they are on disk"},
    {"gist_page_items", kPasses, InvalidOid, false, "a superuser's: pages as they are on disk"},
    {"hash_bitmap_info", kPasses, InvalidOid, false, "a superuser's: pages as they are on disk"},
    {"heap_page_item_attrs", kPasses, InvalidOid, false, "a superuser's: pages as they are on disk"},
    {"heap_force_freeze", kPasses, InvalidOid, false, "a superuser's: pages as they are on disk"},
    {"heap_force_kill", kPasses, InvalidOid, false, "a superuser's: pages as they are on disk"},
};
// clang-format on

constexpr int kMost = 1024;
struct Verdicts {
    Verdict of[kMost];
};

template <std::size_t N>
constexpr Verdicts by_number(const Judged (&judged)[N]) {
    Verdicts verdicts = {};
    for (const Judged &one : judged)
        if (one.number != kAbsent) verdicts.of[one.number] = one.verdict;
    return verdicts;
}

constexpr Verdicts kOfStatement = by_number(kStatements);

const Function *by_symbol(const char *symbol) {
    for (const Function &one : kFunctions)
        if (one.verdict == kRefused && strcmp(one.name, symbol) == 0) return &one;
    return nullptr;
}

}  // namespace

Verdict verdict_of(const Node *statement) {
    const int tag = nodeTag(statement);
    return tag < kMost ? kOfStatement.of[tag] : kUnknown;
}

const Function *refused_function(Oid function) {
    HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(tuple)) return nullptr;
    const auto *proc = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple));
    const bool may = (proc->prolang == ClanguageId || proc->prolang == INTERNALlanguageId) && proc->pronargs > 0 &&
                     proc->proargtypes.values[0] == REGCLASSOID;
    bool isnull = false;
    const Datum symbol = may ? SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull) : 0;
    const Function *found = may && !isnull ? by_symbol(TextDatumGetCString(symbol)) : nullptr;
    ReleaseSysCache(tuple);
    return found;
}

void refuse_unknown(const Command &command) {
    const Verdict verdict = verdict_of(command.statement());
    if ((verdict == kUnknown || verdict == kQuery) && !settings::reveal && extension() != nullptr)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("command %s is not known to pg_retention",
                               GetCommandTagName(CreateCommandTag(command.planned->utilityStmt))),
                        errhint("It could show hidden rows. Set retention.reveal as a role that may.")));
    proceed(command);
}

}  // namespace pg_retention
