#include "store/table_rows.hpp"

namespace postern::store {

ColumnNames columns_on_disk(Database const& database, std::string_view table) {
  ColumnNames names;
  auto columns = Statement::prepare(database, "SELECT name FROM pragma_table_info(?)");
  if (!columns) return names;
  columns->bind(table);
  for (auto row = columns->step(); row && *row; row = columns->step()) names.insert(columns->text(0));
  return names;
}

}  // namespace postern::store
