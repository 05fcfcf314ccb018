#include "app/commands/memory_export.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/ascii.hpp"
#include "store/evidence_tables.hpp"

namespace postern::app {

namespace json = boost::json;

std::string print_export_line(policy::MemoryEntry const& entry) {
  json::object out{{"postern_memory", 1}};
  for (auto const& column : store::table<store::TableId::tls_memory>().columns) {
    auto const cell = column.get(entry);
    if (auto const* number = std::get_if<std::int64_t>(&cell))
      out[column.name] = *number;
    else if (auto const text = store::text_in(cell); text && !text->empty())
      out[column.name] = printable(*text);
  }
  return json::serialize(out);
}

std::optional<policy::MemoryEntry> parse_export_line(std::string const& line) {
  boost::system::error_code error;
  auto const value = json::parse(line, error);
  if (error || !value.is_object()) return std::nullopt;
  auto const& object = value.as_object();
  policy::MemoryEntry entry;
  bool has_kind = false;
  for (auto const& column : store::table<store::TableId::tls_memory>().columns) {
    auto const* found = object.if_contains(column.name);
    if (found == nullptr) continue;
    if (found->is_int64()) column.set(entry, found->get_int64());
    if (!found->is_string()) continue;
    std::string_view const text(found->get_string().data(), found->get_string().size());
    column.set(entry, text);
    has_kind = has_kind || (column.name == "kind" && parse_word<policy::MemoryKind>(text));
  }
  if (!has_kind || entry.name.empty()) return std::nullopt;
  return entry;
}

}  // namespace postern::app
