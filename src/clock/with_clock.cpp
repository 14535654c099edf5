#include "clock/with_clock.hpp"

#include "pg/clock_datum.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/tupmacs.h"
}

namespace pg_retention {

namespace {

// Where the column's value stands, behind the row's header. All columns before it are walked, for their widths differ.
char *place_of(HeapTuple row, TupleDesc desc, AttrNumber column) {
    char *data = reinterpret_cast<char *>(row->t_data) + row->t_data->t_hoff;
    const bool has_nulls = HeapTupleHasNulls(row);
    Size offset = 0;
    for (int i = 0; i < column; ++i) {
        Form_pg_attribute att = TupleDescAttr(desc, i);
        if (has_nulls && att_isnull(i, row->t_data->t_bits)) continue;
        offset = att_align_pointer(offset, att->attalign, att->attlen, data + offset);
        if (i + 1 < column) offset = att_addlength_pointer(offset, att->attlen, data + offset);
    }
    return data + offset;
}

// False: the row was stored before the column was there, or holds nothing in it.
bool has_place(HeapTuple row, AttrNumber column) {
    return HeapTupleHeaderGetNatts(row->t_data) >= column &&
           !(HeapTupleHasNulls(row) && att_isnull(column - 1, row->t_data->t_bits));
}

}  // namespace

HeapTuple with_clock(HeapTuple row, TupleDesc desc, AttrNumber column, core::Clock clock) {
    // Every clock is of one width: nothing else of the row moves.
    if (has_place(row, column)) {
        HeapTuple copy = heap_copytuple(row);
        const Datum value = clock_datum(clock);
        store_att_byval(place_of(copy, desc, column), value, static_cast<int>(sizeof clock));
        return copy;
    }
    int columns[1] = {column};
    Datum values[1] = {clock_datum(clock)};
    bool nulls[1] = {false};
    return heap_modify_tuple_by_cols(row, desc, 1, columns, values, nulls);
}

}  // namespace pg_retention
